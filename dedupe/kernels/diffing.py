"""Word differences of two spans."""

from __future__ import annotations

import numpy as np

from dedupe.kernels.jit import kernel


@kernel
def diff(a, b, limit, same_a, same_b):
    """Mark the words of a longest common subsequence.

    E. Myers, An O(ND) Difference Algorithm and Its Variations, Algorithmica 1 (1986), section 4.
    a, b: u32 words; limit: most differing words; same_a, same_b: u8 (len(a),), (len(b),) written.
    Returns False when there are more differences than `limit`; nothing is marked then.
    """
    n, m = len(a), len(b)
    same_a[:] = 0
    same_b[:] = 0
    depth = min(limit, n + m)
    width = 2 * depth + 3
    furthest = np.zeros(width, np.int32)
    trace = np.empty((depth + 1, width), np.int32)
    middle = depth + 1
    for d in range(depth + 1):
        trace[d] = furthest
        for k in range(-d, d + 1, 2):
            down = k == -d or (k != d and furthest[middle + k - 1] < furthest[middle + k + 1])
            x = furthest[middle + k + 1] if down else furthest[middle + k - 1] + 1
            y = x - k
            while x < n and y < m and a[x] == b[y]:
                x += 1
                y += 1
            furthest[middle + k] = x
            if x >= n and y >= m:
                while d > 0:
                    row = trace[d]
                    k = x - y
                    down = k == -d or (k != d and row[middle + k - 1] < row[middle + k + 1])
                    before = k + 1 if down else k - 1
                    start_x = row[middle + before]
                    start_y = start_x - before
                    while x > start_x and y > start_y:
                        if x <= start_x + (not down) or y <= start_y + down:
                            break
                        x -= 1
                        y -= 1
                        same_a[x] = 1
                        same_b[y] = 1
                    x, y = start_x, start_y
                    d -= 1
                while x > 0 and y > 0:
                    x -= 1
                    y -= 1
                    same_a[x] = 1
                    same_b[y] = 1
                return True
    return False


@kernel
def runs(same_a, same_b, out):
    """Runs of differing words between the marks of `diff`.

    out: i32 (R, 4) written: from, to in a, from, to in b; R at least the number of unmarked words
    and one more. Returns the number of runs.
    """
    count = 0
    i, j = 0, 0
    while i < len(same_a) or j < len(same_b):
        low_a, low_b = i, j
        while i < len(same_a) and not same_a[i]:
            i += 1
        while j < len(same_b) and not same_b[j]:
            j += 1
        if i > low_a or j > low_b:
            out[count, 0], out[count, 1], out[count, 2], out[count, 3] = low_a, i, low_b, j
            count += 1
        i += 1
        j += 1
    return count
