"""The bridge to a real server: a site's own `leapyear` package behind our contract (contract part C).

The package is neither shipped nor downloaded. It runs in a process of its own, under whatever interpreter it supports.
What its documentation names is used, and what it does not name is probed for, or answered with 501.
"""
