"""Deker's own format: metadata, HDF5 headers, and files written byte for byte."""
