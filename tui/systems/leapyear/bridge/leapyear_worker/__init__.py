"""The bridge's process: carries out operations by the vendor's package, one after another, and answers in plain data.

It runs under an interpreter that need not have arraydeck, so it imports the standard library alone, itself by relative
names, and `leapyear` when it is told to connect. Requests and answers are lines of JSON on standard input and output.
"""
