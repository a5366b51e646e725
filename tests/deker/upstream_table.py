"""How the real check ends on a pristine storage (row 0) and on each corruption of it (contract §9.3)."""

from __future__ import annotations

from typing import NamedTuple


class Upstream(NamedTuple):
    """Each end is `clean`, `reported`, or the class of what the check raises.

    `levels` are those of levels 1 to 4, told to go on after a problem. `stopped` is that of level 4 told to stop at
    the first one; where there are two, the order of a directory decides which comes first.
    """

    levels: tuple[str, ...]
    stopped: tuple[str, ...]


_TABLE = """
00 clean           clean                clean                clean                clean
01 JSONDecodeError JSONDecodeError      JSONDecodeError      JSONDecodeError      JSONDecodeError
02 JSONDecodeError JSONDecodeError      JSONDecodeError      JSONDecodeError      JSONDecodeError
03 reported        reported             reported             reported             DekerIntegrityError
04 KeyError        KeyError             KeyError             KeyError             KeyError
05 KeyError        KeyError             KeyError             KeyError             KeyError
06 reported        reported             reported             reported             DekerIntegrityError
07 reported        reported             reported             reported             DekerIntegrityError
08 reported        reported             reported             reported             DekerIntegrityError
09 AttributeError  AttributeError       AttributeError       AttributeError       AttributeError
10 reported        reported             reported             reported             DekerIntegrityError
11 clean           clean                clean                clean                clean
12 clean           clean                clean                reported             DekerIntegrityError
13 reported        reported             reported             reported             DekerIntegrityError
14 reported        reported             reported             reported             DekerIntegrityError
15 clean           clean                clean                clean                clean
16 clean           clean                clean                clean                clean
17 reported        reported             reported             reported             DekerIntegrityError
18 clean           clean                reported             reported             DekerIntegrityError
20 clean           OSError              OSError              OSError              OSError
21 clean           OSError              OSError              OSError              OSError
22 clean           OSError              OSError              OSError              OSError
23 clean           OSError              OSError              OSError              OSError
24 clean           DekerArrayError      DekerArrayError      DekerArrayError      DekerArrayError
25 clean           JSONDecodeError      JSONDecodeError      JSONDecodeError      JSONDecodeError
26 clean           reported             reported             reported             DekerMetaDataError
27 clean           reported             reported             reported             DekerMetaDataError
28 clean           clean                reported             reported             DekerIntegrityError
29 clean           DekerValidationError DekerValidationError DekerValidationError DekerValidationError
30 clean           reported             reported             reported             DekerMetaDataError
31 clean           clean                reported             reported             DekerIntegrityError
32 clean           clean                clean                clean                clean
33 clean           TypeError            TypeError            TypeError            TypeError
34 clean           clean                reported             reported             DekerIntegrityError
35 clean           clean                clean                clean                clean
36 clean           clean                clean                clean                clean
37 clean           clean                reported             reported             DekerIntegrityError
38 clean           clean                OSError              OSError              OSError
39 clean           clean                reported             reported             DekerIntegrityError
40 clean           clean                reported             reported             DekerIntegrityError
41 clean           clean                reported             reported             DekerIntegrityError
42 clean           clean                reported             reported             DekerIntegrityError
43 clean           clean                reported             reported             DekerIntegrityError
44 clean           clean                reported             reported             DekerIntegrityError
45 clean           clean                clean                clean                clean
46 clean           clean                clean                reported             DekerIntegrityError
47 clean           clean                clean                clean                clean
48 clean           clean                clean                clean                clean
49 clean           clean                clean                reported             DekerIntegrityError
50 clean           clean                clean                reported             DekerIntegrityError
51 clean           clean                clean                clean                clean
52 clean           clean                clean                reported             DekerIntegrityError
53 clean           clean                clean                reported             DekerIntegrityError
54 clean           clean                clean                clean                clean
55 clean           clean                clean                clean                clean
56 clean           clean                clean                clean                clean
57 clean           clean                clean                clean                clean
58 clean           clean                clean                clean                clean
59 clean           clean                clean                reported             DekerIntegrityError
60 clean           clean                clean                reported             DekerIntegrityError
61 clean           reported             reported             reported             DekerIntegrityError
62 clean           DekerLockError       DekerLockError       DekerLockError       DekerIntegrityError
63 clean           reported             reported             reported             DekerIntegrityError
64 clean           clean                clean                clean                clean
65 clean           ValueError           ValueError           ValueError           ValueError
66 clean           ValueError           ValueError           ValueError           ValueError
67 clean           clean                clean                clean                clean
68 clean           reported             reported             reported             DekerIntegrityError
70 clean           clean                clean                clean                clean
71 clean           DekerArrayError      DekerArrayError      DekerArrayError      DekerArrayError
72 clean           clean                reported             reported             DekerIntegrityError
73 clean           clean                reported             reported             DekerIntegrityError
74 clean           clean                clean                clean                clean
75 clean           clean                clean                reported             DekerIntegrityError
76 clean           clean                reported             reported             DekerIntegrityError
77 clean           clean                clean                clean                clean
78 clean           clean                reported             reported             DekerIntegrityError
79 clean           clean                reported             reported             DekerIntegrityError
80 clean           clean                reported             reported             DekerIntegrityError
81 clean           clean                reported             reported             DekerIntegrityError
82 clean           clean                clean                reported             DekerIntegrityError
83 clean           clean                reported             reported             DekerIntegrityError
84 clean           OSError              OSError              OSError              OSError
85 clean           OSError              OSError              OSError              OSError DekerIntegrityError
86 clean           reported             reported             reported             DekerMetaDataError DekerIntegrityError
"""


def _rows() -> dict[int, Upstream]:
    lines = (line.split() for line in _TABLE.strip().splitlines())
    return {int(row): Upstream(tuple(words[:4]), tuple(words[4:])) for row, *words in lines}


UPSTREAM = _rows()
