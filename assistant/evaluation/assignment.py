"""The assignment problem: one to one, with the largest total (Hungarian method)."""

from __future__ import annotations

from collections.abc import Sequence


def best_assignment(weights: Sequence[Sequence[float]]) -> tuple[tuple[int, int], ...]:
    """Pairs ``(row, column)`` of the largest total weight, each row and column used at most once.

    As many pairs as the shorter side has; ordered by row. Shortest augmenting paths with
    potentials (Kuhn, Munkres), cubic in the number of cases of a story, which is small.
    """
    rows, columns = len(weights), len(weights[0]) if weights else 0
    if rows > columns:
        turned = [[weights[row][column] for row in range(rows)] for column in range(columns)]
        return tuple(sorted((row, column) for column, row in best_assignment(turned)))
    # 1-based, as usual for this method: index 0 stands for "none yet".
    row_potential, column_potential = [0.0] * (rows + 1), [0.0] * (columns + 1)
    owner = [0] * (columns + 1)
    for row in range(1, rows + 1):
        owner[0] = row
        at = 0
        least = [float("inf")] * (columns + 1)
        before = [0] * (columns + 1)
        used = [False] * (columns + 1)
        while owner[at]:
            used[at] = True
            current, step, nearest = owner[at], float("inf"), 0
            for column in range(1, columns + 1):
                if used[column]:
                    continue
                cost = -weights[current - 1][column - 1]
                slack = cost - row_potential[current] - column_potential[column]
                if slack < least[column]:
                    least[column], before[column] = slack, at
                if least[column] < step:
                    step, nearest = least[column], column
            for column in range(columns + 1):
                if used[column]:
                    row_potential[owner[column]] += step
                    column_potential[column] -= step
                else:
                    least[column] -= step
            at = nearest
        while at:
            owner[at] = owner[before[at]]
            at = before[at]
    return tuple(
        sorted((owner[column] - 1, column - 1) for column in range(1, columns + 1) if owner[column])
    )
