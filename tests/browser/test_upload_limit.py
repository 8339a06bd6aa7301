"""A file above the upload limit: the page says so, what to do, and keeps what was there."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.chromium import REPOSITORY, running_app
from tests.browser.conftest import Visit


def test_file_above_the_limit(browser: Browser, tmp_path: Path):
    large = tmp_path / "large.csv"
    large.write_text("id,y\n" + "1,2.5\n" * 200_000)
    arguments = ["--server.maxUploadSize", "1"]
    log = tmp_path / "streamlit.log"
    with running_app(REPOSITORY / "app.py", log, extra_arguments=arguments) as app:
        visit = Visit(browser.new_context().new_page())
        visit.page.goto(app.url)
        visit.wait_idle()
        visit.page.get_by_role("link", name="Change data").click()
        visit.wait_idle()
        visit.page.locator("input[type=file]").first.set_input_files(large)
        visit.page.get_by_text("File must be 1.0MB or smaller.").wait_for()
        assert visit.page.get_by_text("Larger than 1 MB: zip it, or keep the columns").count() == 1
        assert visit.page.get_by_text("Pain trial: 320 rows").count() == 1
        visit.page.context.close()
        visit.assert_clean()
