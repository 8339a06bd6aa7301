"""Tests, intervals and degrees of freedom, all from the cross-products."""
