"""A corpus of small hostile files, each with the reading that is expected of it."""
