"""Dynamic time warping of two series of feature vectors, in a band, a diagonal at a time."""

import numpy as np
import numpy.typing as npt

Alignment = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]
"""Indices into either series, pairwise, from both beginnings to both ends."""


def align(first: npt.NDArray[np.float64], second: npt.NDArray[np.float64], *, band: int) -> Alignment:
    """The cheapest path in steps of (1, 0), (0, 1) and (1, 1), the last at twice its price, so that none is favoured.

    Args:
        first: shape (n, features); distances are Euclidean.
        second: shape (m, features).
        band: how many frames the path may stray from the straight line between the corners.
    """
    costs = _costs(first, second, band)
    total = _accumulate(costs)
    return _walk_back(total, costs)


def _costs(first: npt.NDArray[np.float64], second: npt.NDArray[np.float64], band: int) -> npt.NDArray[np.float64]:
    """Shape (n, m), infinite outside the band."""
    squares = (first**2).sum(1)[:, None] + (second**2).sum(1) - 2 * first @ second.T
    costs = np.sqrt(np.maximum(squares, 0))
    straight = np.linspace(0, len(second) - 1, len(first))
    costs[np.abs(np.arange(len(second)) - straight[:, None]) > max(band, len(second) / len(first) + 1)] = np.inf
    return np.asarray(costs)


def _accumulate(costs: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Shape (n + 1, m + 1): the cheapest way to each cell, with an infinite border. Anti-diagonals are independent."""
    n, m = costs.shape
    total = np.full((n + 1, m + 1), np.inf)
    total[0, 0] = -costs[0, 0]  # the first cell is paid once, not twice
    for diagonal in range(2, n + m + 1):
        i = np.arange(max(1, diagonal - m), min(n, diagonal - 1) + 1)
        j = diagonal - i
        price = costs[i - 1, j - 1]
        straight = np.minimum(total[i - 1, j], total[i, j - 1]) + price
        total[i, j] = np.minimum(straight, total[i - 1, j - 1] + 2 * price)
    return total


def _walk_back(total: npt.NDArray[np.float64], costs: npt.NDArray[np.float64]) -> Alignment:
    i, j = costs.shape
    path = [(i - 1, j - 1)]
    while (i, j) != (1, 1):
        price = costs[i - 1, j - 1]
        ways = {
            (i - 1, j - 1): total[i - 1, j - 1] + price,
            (i - 1, j): total[i - 1, j],
            (i, j - 1): total[i, j - 1],
        }
        i, j = min(ways, key=ways.__getitem__)
        path.append((i - 1, j - 1))
    first, second = np.array(path[::-1], np.int64).T
    return first, second
