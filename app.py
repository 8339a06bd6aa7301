"""The frame: page config, navigation, sidebar; runs the chosen page."""

from pages.parts import frame

frame.run()
