"""The pieces of pages: slices with outlines, plots, and texts that are escaped."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np
import pytest
from CrossMoDAUDALib.images.outlines import LEAST_MM, REFERENCE, RESULT, Outlined, slices
from CrossMoDAUDALib.images.volumes import Geometry, Volume, from_canonical, to_canonical
from CrossMoDAUDALib.method.report_style import legend
from CrossMoDAUDALib.pages import pieces, plots
from CrossMoDAUDALib.pages.style import STYLE
from turned_scans import some_volume, turned

LABELS = {"Tumour": 1, "Cochlea": 2}


def scan_and_label(shape: tuple[int, int, int] = (8, 120, 160)) -> tuple[Volume, Volume]:
    """Noise, and a tumour that is largest in slice 6 of 8 with a cochlea beside it, stored along canonical axes."""
    array = np.random.default_rng(5).integers(0, 500, shape).astype(np.int16)
    label = np.zeros(shape, np.uint8)
    label[4, 50:56, 60:70] = 1
    label[5, 40:60, 60:90] = 1
    label[5, 64:68, 92:98] = 2
    return some_volume(array), some_volume(label)


def share(picture: object, colour: tuple[int, int, int]) -> float:
    """How much of a picture is near a colour."""
    return float((np.abs(np.asarray(picture).astype(int) - colour).max(axis=-1) < 40).mean())


def test_the_slice_with_the_most_of_the_structures_is_drawn_and_its_part_enlarged() -> None:
    scan, label = scan_and_label()
    found = slices([scan], [Outlined(label, RESULT)], LABELS, 200)
    canonical = to_canonical(label).array
    assert found.number == (1 + int(np.argmax((canonical == 1).sum(axis=(1, 2)))), 8)
    (whole,), (near,), (lined,) = found.whole, found.near, found.near_outlined
    extent = [count * step for count, step in zip(to_canonical(scan).geometry.size, to_canonical(scan).geometry.spacing, strict=True)]
    assert max(whole.size) == 200 and whole.width / whole.height == pytest.approx(extent[0] / extent[1], rel=0.02), "true proportions"
    assert near.size == lined.size and min(near.size) >= 196 and extent[0] > LEAST_MM, "a square of whole voxels"
    assert share(lined, RESULT) > 2 * share(found.whole_outlined[0], RESULT) > 0 and share(near, RESULT) == 0


@pytest.mark.parametrize("kind", ["as it is", "turned", "canonical"])
def test_however_the_voxels_are_stored_the_picture_is_the_same(kind: str) -> None:
    scan, label = scan_and_label()
    other = {"as it is": lambda one: one, "turned": turned, "canonical": to_canonical}[kind]
    one, same = (
        slices([image], [Outlined(drawn, REFERENCE, True)], LABELS, 120) for image, drawn in ((scan, label), (other(scan), other(label)))
    )
    assert one.number == same.number
    for before, after in zip((*one.whole_outlined, *one.near), (*same.whole_outlined, *same.near), strict=True):
        assert np.array_equal(np.asarray(before), np.asarray(after))


@pytest.mark.parametrize("direction", [(1, 0, 0, 0, 1, 0, 0, 0, 1), (-1, 0, 0, 0, -1, 0, 0, 0, 1), (0, 0, 1, 1, 0, 0, 0, 1, 0)])
def test_the_patients_left_is_on_the_right_and_the_front_above_as_the_page_says(direction: tuple[float, ...]) -> None:
    assert "the patient's left is on the right" in legend("result")
    matrix = np.array(direction, float).reshape(3, 3)
    points = np.indices((40, 40, 40))[::-1].reshape(3, -1)  # x, y, z of each voxel
    left, back, _ = matrix @ (points - 19.5)  # LPS
    array = ((left > 5) & (back < -5)).astype(np.float32).reshape(40, 40, 40)
    grid = Geometry((40, 40, 40), (1.0, 1.0, 1.0), tuple((-matrix @ np.full(3, 19.5)).tolist()), direction)
    (whole,) = slices([Volume(array, grid)], [], {"Tumour": 1}, 40).whole
    shown = np.asarray(whole.convert("L"), float)
    assert shown[:12, 28:].min() > 200 and shown[:, :20].max() < 50 and shown[24:].max() < 50


def test_outlines_that_agree_are_seen_both() -> None:
    scan, label = scan_and_label()
    both = slices([scan], [Outlined(label, RESULT), Outlined(label, REFERENCE, is_dashed=True)], LABELS, 200).near_outlined[0]
    alone = slices([scan], [Outlined(label, RESULT)], LABELS, 200).near_outlined[0]
    assert 0.2 < share(both, RESULT) / share(alone, RESULT) < 0.8 and share(both, REFERENCE) > 0.2 * share(alone, RESULT)


@pytest.mark.parametrize("shown", ["nothing", "everything", "no label map"])
def test_without_an_outline_to_enlarge_there_is_the_whole_slice(shown: str) -> None:
    scan, label = scan_and_label((6, 30, 40))
    drawn = label.with_array(np.full_like(label.array, 0 if shown == "nothing" else 1))
    found = slices([scan], [] if shown == "no label map" else [Outlined(drawn, RESULT)], LABELS, 100)
    assert len(found.whole) == 1 and found.near == found.near_outlined == []
    assert found.number == ((4, 6) if shown != "everything" else (1, 6))


def test_what_is_on_another_grid_is_refused() -> None:
    scan, label = scan_and_label()
    with pytest.raises(ValueError, match="not on one grid: size"):
        slices([scan], [Outlined(Volume(label.array[:-1], some_volume(label.array[:-1]).geometry), RESULT)], LABELS, 100)
    assert from_canonical(to_canonical(scan).array, scan.geometry).geometry == scan.geometry


def test_plots_take_the_pages_colours_and_refer_to_nothing_outside() -> None:
    curves = {
        "a <b> & c": plots.Curve([1, 2, 3], [0.3, float("nan"), 0.1], plots.SERIES[0]),
        "one point": plots.Curve([2], [0.2], plots.SERIES[1], is_dashed=True),
    }
    svg = plots.curves_plot(curves, 'losses "x" <y>', "epoch", "loss")
    assert svg == plots.curves_plot(curves, 'losses "x" <y>', "epoch", "loss"), "the same every time"
    assert svg.startswith('<svg role="img" aria-label="losses &quot;x&quot; &lt;y&gt;"') and "a &lt;b&gt; &amp; c" in svg
    assert not re.search(r"https?:|<metadata|xmlns", svg)
    assert set(re.findall(r' id="([^"]+)"', svg)) <= set(re.findall(r'(?:url\(|href=")#([^")]+)', svg))
    used = set(re.findall(r"var\((--\w+)\)", svg))
    assert {"--ink", "--series0", "--series1"} <= used
    light, dark = STYLE.partition("prefers-color-scheme:dark")[::2]
    assert all(f"{name}:" in light and f"{name}:" in dark for name in used)


def contrast(one: str, other: str) -> float:
    """WCAG's contrast of two colours, from 1 to 21."""

    def luminance(colour: str) -> float:
        digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
        channels = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
        linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("theme", [0, 1])
def test_texts_have_enough_contrast_light_and_dark(theme: int) -> None:
    colours = dict(re.findall(r"--([\w-]+):(#\w+)", re.findall(r":root\{(.*?)\}", STYLE)[theme]))
    pairs = [(ink, ground) for ink in ("ink", "faint", "accent") for ground in ("paper", "wash", "hover")]
    pairs += [(f"{kind}-ink", kind) for kind in ("warn", "good", "bad")]
    poor = {pair: found for pair in pairs if (found := contrast(colours[pair[0]], colours[pair[1]])) < 4.5}
    assert poor == {}
    assert all(contrast(colours[f"series{number}"], colours["paper"]) > 2 for number in range(8))


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "a & b \"c\" 'd' <i>", "]]> --> </style></title> <img src=x>"])
def test_every_piece_escapes_its_texts(text: str) -> None:
    made = {
        "section": pieces.section(text, "", text),
        "paragraph": pieces.paragraph(text),
        "bullets": pieces.bullets([text]),
        "details": pieces.details(text, ""),
        "badge": pieces.badge("good", text),
        "tiles": pieces.tiles([(text, text, text)]),
        "table": pieces.simple_table([text], [[text, text]]),
        "document": pieces.document(text, "", meta={text: text}),
    }
    for name, html in made.items():
        read = _Read(html)
        assert not {"script", "img"} & set(read.tags) and read.tags.count("i") == (name == "tiles"), name
        assert text in read.texts, name


class _Read(HTMLParser):
    """Tags, and what stands between them or in their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.texts += [value or "" for _, value in attributes]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
