"""Bins: a stretch of indices as so many cells of a picture, as even as whole numbers can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Bins:
    """The indices from `first` up to, and without, `end`, in `count` bins; with as many bins as indices it is `each`.

    Bin `n` begins `n * (end - first) // count` indices after the first one, so that sizes differ by one at most.
    """

    first: int
    end: int
    count: int

    @classmethod
    def each(cls, first: int, end: int) -> Bins:
        """Return a bin for each index."""
        return cls(first, end, end - first)

    @property
    def size(self) -> float:
        """How many indices a bin has on average."""
        return (self.end - self.first) / self.count if self.count else 1.0

    @property
    def is_reduced(self) -> bool:
        """Whether a bin stands for several indices."""
        return self.count < self.end - self.first

    def start(self, number: int) -> int:
        """Return the first index of a bin, and `end` for the one after the last."""
        return self.first + number * (self.end - self.first) // max(self.count, 1)

    def of(self, index: int) -> int:
        """Return the bin of an index; one that is outside has a number that no bin has."""
        length = self.end - self.first
        return ((index - self.first + 1) * self.count - 1) // length if length and self.count else -1

    def beside(self, index: int, by: int) -> int:
        """Return the index that is `by` bins on: where that bin begins, or as far on if it is outside."""
        number = self.of(index) + by
        if by == 0 or not self.is_reduced:
            return index + by
        return self.start(number) if 0 <= number < self.count else index + round(by * self.size)

    def starts(self) -> NDArray[np.int64]:
        """Return the first index of each bin."""
        import numpy as np

        return self.first + np.arange(self.count, dtype=np.int64) * (self.end - self.first) // max(self.count, 1)

    def middles(self) -> NDArray[np.int64]:
        """Return the index in the middle of each bin."""
        import numpy as np

        starts = self.starts()
        return (starts + np.append(starts[1:], self.end)) // 2
