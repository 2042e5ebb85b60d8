# SPDX-License-Identifier: GPL-2.0-only
"""Two kinds of pictures, as SVG: bars in pairs, and curves in small panels."""

import math
from html import escape

COLORS = {"C": "#999999", "Rust": "#b7410e", "no KVM": "#2b6cb0"}
STYLE = ("<style>text{font:12px sans-serif;fill:#222}.t{font-weight:bold;font-size:13px}"
         ".s{font-size:10px;fill:#555}line{stroke:#ddd}</style>")


def _document(width, height, body):
    return ('<!-- SPDX-License-Identifier: GPL-2.0-only -->\n'
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}">\n<rect width="100%" height="100%" fill="white"/>\n'
            + STYLE + "\n" + "\n".join(body) + "\n</svg>\n")


def _text(x, y, text, anchor="start", kind=""):
    attribute = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}"{attribute}>{escape(text)}</text>'


def _legend(names, x, y):
    for name in names:
        yield f'<rect x="{x}" y="{y - 9}" width="10" height="10" fill="{COLORS[name]}"/>'
        yield _text(x + 14, y, name)
        x += 24 + 8 * len(name)


def bars(title, rows):
    """@rows: (label, {series: value}), one bar for each value."""
    left, width, thick = 310, 800, 12
    most = max(value for _, values in rows for value in values.values())
    body = [_text(10, 20, title, kind="t"), *_legend(rows[0][1], left, 38)]
    y = 50
    for label, values in rows:
        body.append(_text(left - 8, y + thick * len(values) / 2 + 4, label, "end"))
        for name, value in values.items():
            length = (width - left - 60) * value / most
            body.append(f'<rect x="{left}" y="{y}" width="{length:.1f}" height="{thick - 1}" '
                        f'fill="{COLORS[name]}"/>')
            body.append(_text(left + length + 4, y + thick - 2, str(value), kind="s"))
            y += thick
        y += 7
    return _document(width, y + 6, body)


def _panel(title, x_label, series, x0, y0, width, height):
    """Part of transactions that commit (up to 1) over what @x_label says."""
    most = max((x for points in series.values() for x, _ in points), default=1) or 1
    least = min(y for points in series.values() for _, y in points)
    least = min(0.95, math.floor(least * 20) / 20)

    def place(x, y):
        return x0 + width * x / most, y0 + height * (1 - y) / (1 - least)

    yield _text(x0, y0 - 6, title, kind="t")
    for part in (least, (1 + least) / 2, 1):
        _, y = place(0, part)
        yield f'<line x1="{x0}" y1="{y:.0f}" x2="{x0 + width}" y2="{y:.0f}"/>'
        yield _text(x0 - 4, y + 4, f"{part:.3g}", "end", "s")
    yield _text(x0, y0 + height + 13, "0", "middle", "s")
    yield _text(x0 + width, y0 + height + 13, f"{most:.2g}", "middle", "s")
    yield _text(x0 + width / 2, y0 + height + 13, x_label, "middle", "s")
    for name, points in series.items():
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in sorted(points)))
        yield (f'<polyline points="{path}" fill="none" stroke="{COLORS[name]}" '
               'stroke-width="2" stroke-opacity="0.8"/>')
        for x, y in (place(*point) for point in points):
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{COLORS[name]}"/>'


def curves(title, panels):
    """@panels: (title, label of x, {series: [(x, y)]})"""
    across, width, height = 2, 260, 120
    body = [_text(10, 20, title, kind="t"), *_legend(panels[0][2], 10, 38)]
    for number, (name, x_label, series) in enumerate(panels):
        x = 40 + number % across * (width + 50)
        y = 70 + number // across * (height + 50)
        body += _panel(name, x_label, series, x, y, width, height)
    rows = (len(panels) + across - 1) // across
    return _document(across * (width + 50) + 10, 60 + rows * (height + 50), body)
