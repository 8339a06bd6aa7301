"""Plotly figures: one module per picture, one palette, user text always escaped."""
