"""Delimited and aligned texts as people have them."""

from __future__ import annotations

from benchmarks.hostile.case import Case

_LONG = {"id": [1, 1, 2], "t": [0, 1, 0], "y": [2.5, 3.5, 1.5]}


def _latin(text: str) -> bytes:
    return text.encode("cp1252")


def text_cases() -> list[Case]:
    """Return the cases, one file each."""
    return [*_dialects(), *_edges(), *_numbers(), *_names(), *_values()]


def _dialects() -> list[Case]:
    return [
        Case(
            "german_excel.csv",
            _latin(
                "Schmerzstudie München\r\nErstellt am;12.05.2020\r\n\r\nPatient;Monat;Größe\r\n"
                "1;0;2,5\r\n1;1;3,5\r\n2;0;1,5\r\n"
            ),
            {"Patient": [1, 1, 2], "Monat": [0, 1, 0], "Größe": [2.5, 3.5, 1.5]},
            note="semicolon-separated text, decimal comma, Windows-1252; skipped 3 lines",
        ),
        Case(
            "unicode_text.txt",
            "id\tt\ty\r\n1\t0\t2,5\r\n1\t1\t3,5\r\n2\t0\t1,5\r\n".encode("utf-16"),
            _LONG,
            note="tab-separated text, decimal comma, UTF-16",
        ),
        Case(
            "utf16_no_mark.txt",
            "id\tt\ty\n1\t0\t2.5\n1\t1\t3.5\n2\t0\t1.5\n".encode("utf-16-le"),
            _LONG,
            note="UTF-16",
        ),
        Case(
            "old_mac.csv",
            "Schüler;t;Größe\r1;0;2,5\r1;1;3,5\r2;0;1,5\r".encode("mac_roman"),
            {"Schüler": [1, 1, 2], "t": [0, 1, 0], "Größe": [2.5, 3.5, 1.5]},
            note="Mac Roman",
        ),
        Case(
            "marked_sep.csv",
            b"\xef\xbb\xbfsep=;\r\nid;t;y\r\n1;0;2.5\r\n1;1;3.5\r\n2;0;1.5\r\n",
            _LONG,
        ),
        Case("bars.txt", b"id|t|y\n1|0|2.5\n1|1|3.5\n2|0|1.5\n", _LONG, note="bar-separated"),
        Case("spaces.dat", b"id t y\n1 0 2.5\n1 1 3.5\n2 0 1.5\n", _LONG, note="space-separated"),
        Case(
            "aligned.txt",
            b"id  arm            y\n1   new drug     2.5\n1   placebo\n"
            b"2   no treatment 1.5\n3   placebo      2\n",
            {
                "id": [1, 1, 2, 3],
                "arm": ["new drug", "placebo", "no treatment", "placebo"],
                "y": [2.5, None, 1.5, 2.0],
            },
            note="fixed-width text",
        ),
        Case(
            "r_write_table.txt",
            b'"id" "t" "arm"\n"1" 1 0 "new drug"\n"2" 1 1 "new drug"\n"3" 2 0 "placebo"\n',
            {
                "row": [1, 2, 3], "id": [1, 1, 2], "t": [0, 1, 0],
                "arm": ["new drug", "new drug", "placebo"],
            },
            note="row names",
        ),
        Case(
            "pandas_index.csv",
            b",id,t,y\n0,1,0,2.5\n1,1,1,3.5\n2,2,0,1.5\n",
            {"column_1": [0, 1, 2], **_LONG},
            note="Column 1 has no name",
        ),
        Case(
            "comma_in_quotes.csv",
            b'"id","t","y"\n"1","0","2,5"\n"1","1","3,5"\n"2","0","1,5"\n',
            _LONG,
            note="comma-separated text, decimal comma",
        ),
        Case(
            "commas_in_tabs.tsv",
            b"id\tword\ty\n1\ta, b; c\t2.5\n2\td,e\t3.5\n",
            {"id": [1, 2], "word": ["a, b; c", "d,e"], "y": [2.5, 3.5]},
        ),
        Case(
            "semicolon_and_commas.csv",
            b"id;word;y\n1;a, b;2,5\n2;c, d, e;3,5\n",
            {"id": [1, 2], "word": ["a, b", "c, d, e"], "y": [2.5, 3.5]},
        ),
    ]  # fmt: skip


def _edges() -> list[Case]:
    return [
        Case(
            "data_bank.csv",
            b'"Data Source","World Development Indicators",\n\n'
            b'"Last Updated Date","2020-05-01",\n\n'
            b'"Country Name","Country Code","1990","1991",\n"Aruba","ABW","1.5","..",\n'
            b'"Chad","TCD","2.5","3.5",\n',
            {
                "Country Name": ["Aruba", "Chad"],
                "Country Code": ["ABW", "TCD"],
                "1990": [1.5, 2.5],
                "1991": [None, 3.5],
            },
            note="before the header",
        ),
        Case(
            "data_bank_footer.csv",
            b"Country,1990 [YR1990],1991 [YR1991]\nAruba,1.5,..\nChad,2.5,3.5\n\n\n"
            b"Data from database: World Development Indicators,,\nLast Updated: 05/01/2020,,\n",
            {
                "Country": ["Aruba", "Chad"],
                "1990 [YR1990]": [1.5, 2.5],
                "1991 [YR1991]": [None, 3.5],
            },
            note="left out 2 lines of notes",
        ),
        Case(
            "footer_without_gap.csv",
            b"id,t,y\n1,0,2.5\n1,1,3.5\n2,0,1.5\nSource: clinic records of 2020\n",
            _LONG,
            note="left out 1 line of notes",
        ),
        Case(
            "footer_in_words.csv",
            b"id;t;y\n1;0;2,5\n1;1;3,5\n2;0;1,5\nNo responsibility is taken for these numbers\n",
            _LONG,
            note="left out 1 line of notes",
        ),
        Case(
            "comments_above.csv",
            b"# made by the lab\n# version 2\nid,t,y\n1,0,2.5\n1,1,3.5\n2,0,1.5\n",
            _LONG,
            note="skipped 2 lines",
        ),
        Case("blank_lines.csv", b"\n\nid,t,y\n\n1,0,2.5\n,,\n1,1,3.5\n\n2,0,1.5\n\n\n", _LONG),
        Case("end_of_dos_file.csv", b"id,t,y\r\n1,0,2.5\r\n1,1,3.5\r\n2,0,1.5\r\n\x1a", _LONG),
        Case("separator_at_end.csv", b"id,t,y,\n1,0,2.5,\n1,1,3.5,\n2,0,1.5,\n", _LONG),
        Case(
            "short_rows.csv",
            b"id,t,y\n1,0\n1,1,3.5\n2\n",
            {"id": [1, 1, 2], "t": [0, 1, None], "y": [None, 3.5, None]},
        ),
        Case(
            "units_below.csv",
            b"id,t,y\n,(months),(ms)\n1,0,2.5\n1,1,3.5\n2,0,1.5\n",
            _LONG,
            note="Line 2 holds units",
            units={"t": "months", "y": "ms"},
        ),
        Case(
            "total_below.csv",
            b"site,t,y\nA,0,2.5\nA,1,3.5\nB,0,1.5\nTotal,1,7.5\n",
            {"site": ["A", "A", "B", "Total"], "t": [0, 1, 0, 1], "y": [2.5, 3.5, 1.5, 7.5]},
            questions=("total_row",),
        ),
        Case("no_header.csv", b"1,0,2.5\n1,1,3.5\n2,0,1.5\n", {
            "column_1": [1, 1, 2], "column_2": [0, 1, 0], "column_3": [2.5, 3.5, 1.5],
        }, note="No line with column names"),
    ]  # fmt: skip


def _numbers() -> list[Case]:
    def two(file: str, cells: list[str], values: list[float | None], note: str = "") -> Case:
        rows = "".join(f"{k};{cell}\n" for k, cell in enumerate(cells))
        return Case(
            file, f"id;y\n{rows}".encode(), {"id": [*range(len(cells))], "y": [*values]}, note=note
        )

    return [
        two("thousands_point.csv", ["1.234,5", "3.500,25", "12,5"], [1234.5, 3500.25, 12.5]),
        two("thousands_comma.csv", ["1,234.5", "3,500.25", "12.5"], [1234.5, 3500.25, 12.5]),
        two("thousands_swiss.csv", ["1'234.5", "3’500", "12"], [1234.5, 3500, 12]),
        two("thousands_space.csv", ["1 234", "12 000", "1\u00a0234\u202f567"],
            [1234, 12000, 1234567]),
        two("percent.csv", ["5 %", "6.5%", "7"], [5, 6.5, 7], "percent signs"),
        two("currency.csv", ["€ 3,50", "12,00 €", "1.250,75 €"], [3.5, 12, 1250.75], "currency"),
        two("dollars.csv", ["$3.50", "$1,250.75", "-$2.00"], [3.5, 1250.75, -2], "currency"),
        two("minus.csv", ["−5", "–", "+3", "-2"], [-5, None, 3, -2]),
        two("points.csv", [".5", "5.", "-.25", "1e3", "1.5E-2"], [0.5, 5, -0.25, 1000, 0.015]),
        two("infinite.csv", ["inf", "2", "-Infinity", "3"], [None, 2, None, 3], "infinite"),
        two(
            "missing.csv",
            ["NA", "N/A", ".", "", "-", "#N/A", "NULL", "nan", "#NV", "..", "1", "2"],
            [None] * 10 + [1, 2],
        ),
        Case(
            "missing_code.csv",
            b"id,t,y\n1,0,-99\n1,1,3.5\n2,0,1.5\n2,1,2.5\n",
            {"id": [1, 1, 2, 2], "t": [0, 1, 0, 1], "y": [-99.0, 3.5, 1.5, 2.5]},
            questions=("na_value",),
        ),
        Case(
            "comma_or_point.csv",
            b"id;y\n1;1,234\n2;3,500\n",
            {"id": [1, 2], "y": [1.234, 3.5]},
            note='Values such as "1,234"',
            questions=("decimal",),
        ),
        Case(
            "nearly_numbers.csv",
            b"id,y\n1,2\n2,3\n3,lost\n4,4\n5,5\n6,6\n",
            {"id": [1, 2, 3, 4, 5, 6], "y": ["2", "3", "lost", "4", "5", "6"]},
            questions=("to_number",),
        ),
        Case(
            "leading_zeros.csv",
            b"plz,y\n01067,2\n10115,3\n00042,4\n",
            {"plz": ["01067", "10115", "00042"], "y": [2, 3, 4]},
        ),
        Case(
            "long_numbers.csv",
            b"card,y\n12345678901234567890,2\n98765432109876543210,3\n",
            {"card": ["12345678901234567890", "98765432109876543210"], "y": [2, 3]},
        ),
    ]  # fmt: skip


def _names() -> list[Case]:
    return [
        Case(
            "same_names.csv",
            b"id,y,y,,y_2\n1,2,3,4,5\n2,3,4,5,6\n",
            {"id": [1, 2], "y": [2, 3], "y_3": [3, 4], "column_4": [4, 5], "y_2": [5, 6]},
            note='The name "y" occurs more than once',
        ),
        Case(
            "names_of_the_world.csv",
            "编号,όνομα,имя,🙂,الاسم\n1,2,3,4,5\n2,3,4,5,6\n".encode(),
            {"编号": [1, 2], "όνομα": [2, 3], "имя": [3, 4], "🙂": [4, 5], "الاسم": [5, 6]},
        ),
        Case(
            "names_with_line_ends.csv",
            b'id,"reaction\ntime  (ms)"\n1,2\n2,3\n',
            {"id": [1, 2], "reaction time (ms)": [2, 3]},
            units={"reaction time (ms)": "ms"},
        ),
        Case(
            "names_with_code.csv",
            b'id,=1+1,"__import__(""os"").system(""x"")",y`z,{x},<b>n</b>,a:b\n1,2,3,4,5,6,7\n',
            {
                "id": [1], "=1+1": [2], '__import__("os").system("x")': [3], "y`z": [4], "{x}": [5],
                "<b>n</b>": [6], "a:b": [7],
            },
        ),
        Case(
            "names_of_the_library.csv",
            b"index,level_0,Unnamed: 0,None\n1,2,3,4\n2,3,4,5\n",
            {"index": [1, 2], "level_0": [2, 3], "Unnamed: 0": [3, 4], "None": [4, 5]},
        ),
        Case(
            "years_as_names.csv",
            b"country,1990,1991\nAruba,1.5,2.5\nChad,3.5,4.5\n",
            {"country": ["Aruba", "Chad"], "1990": [1.5, 3.5], "1991": [2.5, 4.5]},
        ),
        Case(
            "units_in_names.csv",
            b"id,weight (kg),height [cm],CRP (mg/l),sex (m/f)\n1,70,180,2,m\n2,60,170,3,f\n",
            {
                "id": [1, 2], "weight (kg)": [70, 60], "height [cm]": [180, 170],
                "CRP (mg/l)": [2, 3], "sex (m/f)": ["m", "f"],
            },
            units={"weight (kg)": "kg", "height [cm]": "cm", "CRP (mg/l)": "mg/l"},
        ),
        Case("wide.csv", (
            ",".join(f"c{k}" for k in range(3000)) + "\n" + 2 * (",".join("1" * 3000) + "\n")
        ).encode(), shape=(2, 3000)),
    ]  # fmt: skip


def _values() -> list[Case]:
    return [
        Case(
            "quotes.csv",
            b'id,word,y\n1,"a ""b"" c",2\n2,"d\ne, f",3\n3,5" pipe,4\n',
            {"id": [1, 2, 3], "word": ['a "b" c', "d\ne, f", '5" pipe'], "y": [2, 3, 4]},
        ),
        Case(
            "apostrophes.csv",
            b"name,y\nO'Brien,2\n'Abd,3\nD'Arcy,4\n",
            {"name": ["O'Brien", "'Abd", "D'Arcy"], "y": [2, 3, 4]},
        ),
        Case(
            "formulas.csv",
            b"id,word,y\n1,=1+1,2\n2,@SUM(A1),3\n3,+cmd|' /C calc'!A0,4\n",
            {"id": [1, 2, 3], "word": ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0"], "y": [2, 3, 4]},
        ),
        Case(
            "spaces_around.csv",
            b"id , sex, y \n1 , male ,2\n2, male,3 \n",
            {"id": [1, 2], "sex": ["male", "male"], "y": [2, 3]},
        ),
        Case(
            "truth.csv",
            b"id,flag,y\n1,TRUE,2\n2,FALSE,3\n3,,4\n",
            {"id": [1, 2, 3], "flag": ["TRUE", "FALSE", None], "y": [2, 3, 4]},
        ),
        Case(
            "dates.csv",
            b"id;seen;y\n1;31.12.2019;2\n1;01.02.2020;3\n2;;4\n",
            {"id": [1, 1, 2], "seen": ["31.12.2019", "01.02.2020", None], "y": [2, 3, 4]},
        ),
        Case(
            "either_date.csv",
            b"id,seen,y\n1,03/04/2020,2\n1,05/06/2020,3\n2,01/02/2020,4\n",
            {"id": [1, 1, 2], "seen": ["03/04/2020", "05/06/2020", "01/02/2020"], "y": [2, 3, 4]},
            questions=("date_order",),
        ),
        Case(
            "emoji.csv",
            "id,mood,y\n1,🙂,2\n2,😢,3\n3,👩‍⚕️,4\n".encode(),
            {"id": [1, 2, 3], "mood": ["🙂", "😢", "👩‍⚕️"], "y": [2, 3, 4]},
        ),
        Case(
            "codes.csv",
            b"id,treatment,y\n"
            + b"".join(b"%d,%d,%d.5\n" % (k // 3, k % 3 + 1, k) for k in range(12)),
            {
                "id": [k // 3 for k in range(12)],
                "treatment": [k % 3 + 1 for k in range(12)],
                "y": [k + 0.5 for k in range(12)],
            },
            questions=("category",),
        ),
        Case(
            "the_word_none.csv",
            b"id,pain,y\n1,None,2\n2,None,3\n3,mild,4\n",
            {"id": [1, 2, 3], "pain": ["None", "None", "mild"], "y": [2, 3, 4]},
        ),
    ]  # fmt: skip
