"""Word differences of two spans."""

from __future__ import annotations

from dedupe.kernels.jit import inlined, kernel


@inlined
def _mark(a, b, limit, furthest, trace, same_a, same_b):
    """Mark the words of a longest common subsequence; False where more than `limit` words differ.

    E. Myers, An O(ND) Difference Algorithm and Its Variations, Algorithmica 1 (1986), section 4.
    """
    n, m = len(a), len(b)
    same_a[:] = 0
    same_b[:] = 0
    depth = min(limit, n + m)
    middle = depth + 1
    furthest[:] = 0
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


@inlined
def _runs(same_a, same_b, out):
    """Runs of differing words between the marks: from, to in a, from, to in b; their number."""
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


@kernel
def edits(token, spans, limit, furthest, trace, same, found, runs, total):
    """The runs of words in which pairs of spans differ.

    token: u32 (N,); spans: i64 (P, 4) from, to of a, from, to of b; limit: most differing words.
    furthest: i32 (2 * limit + 3,), trace: i32 (limit + 1, 2 * limit + 3), same: u8 (2, most words
    of a span), found: i32 (limit + 1, 4) are room to work in. runs: i32 (P, R, 4) written: the
    first R runs of each pair, from, to in a, from, to in b, counted from the starts of the spans;
    total: i32 (P,) written: how many there are, 0 where more than `limit` words differ.
    """
    for pair in range(len(spans)):
        a = token[spans[pair, 0] : spans[pair, 1]]
        b = token[spans[pair, 2] : spans[pair, 3]]
        total[pair] = 0
        same_a, same_b = same[0, : len(a)], same[1, : len(b)]
        if _mark(a, b, limit, furthest, trace, same_a, same_b):
            total[pair] = _runs(same_a, same_b, found)
            for run in range(min(total[pair], runs.shape[1])):
                runs[pair, run] = found[run]
