"""Tests of `tui.jobs`."""
