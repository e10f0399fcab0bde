"""Pictures for people: scans beside each other, each an axial slice with its label maps drawn over it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..core.structures import structure_of
from .intensity import scale_intensity
from .volumes import Volume, to_canonical

if TYPE_CHECKING:
    from PIL import Image

Colour = tuple[int, int, int]
Mask = npt.NDArray[np.bool_]

BACKGROUND: Colour = (17, 19, 24)
TEXT: Colour = (236, 238, 242)
FAINT: Colour = (150, 156, 168)
# Bounds of the grey scale, percentiles of the whole volume: the same rule for every panel, whatever its units.
WINDOW = (0.5, 99.8)
FILL_OPACITY = 0.45
OUTLINE_LIGHTENED = 0.35
SCALE_BAR_MM = 20
# Drawn larger and reduced, which smooths outlines.
_SUPERSAMPLING = 2


@dataclass(frozen=True)
class Panel:
    """One scan of the picture.

    Attributes:
        title, subtitle: what it is, above it.
        image: the scan.
        segmentation: a label map on its grid, drawn as coloured areas.
        reference: a label map on its grid, drawn as coloured outlines.
    """

    title: str
    subtitle: str
    image: Volume
    segmentation: Volume | None = None
    reference: Volume | None = None


def side_by_side(panels: Sequence[Panel], labels: dict[str, int], width: int = 1680) -> Image.Image:
    """Draw scans beside each other at one scale, seen from below as radiologists do (the patient's right is on the left).

    Each panel shows its axial slice with the most of the structures, in true proportions, even where voxels are not
    square and the stored axes run otherwise.

    Args:
        panels: left to right; label maps lie on their image's grid.
        labels: structures and their values in the label maps.
        width: pixels of the whole picture.

    Returns:
        An RGB picture.

    Raises:
        ValueError: there is no panel, or a label map is not on its image's grid.
    """
    from PIL import Image, ImageDraw

    if not panels:
        raise ValueError("no panel to draw")
    margin, gap = round(width / 60), round(width / 120)
    cell = (width - 2 * margin - gap * (len(panels) - 1)) // len(panels)
    views = [_View(panel, labels) for panel in panels]
    pixels_per_mm = cell / max(view.extent[0] for view in views)
    height = round(pixels_per_mm * max(view.extent[1] for view in views))
    title_size, small_size = max(round(width / 54), 11), max(round(width / 88), 9)
    header = round(title_size * 1.35 + small_size * 1.9)
    footer = round(small_size * 3.4)
    picture = Image.new("RGB", (width, margin + header + height + footer), BACKGROUND)
    draw = ImageDraw.Draw(picture)
    for index, (panel, view) in enumerate(zip(panels, views, strict=True)):
        left, top = margin + index * (cell + gap), margin + header
        draw.text((left, margin - title_size // 4), panel.title, TEXT, font=_font(title_size))
        draw.text((left, margin + title_size * 1.12), panel.subtitle, FAINT, font=_font(small_size))
        draw.rectangle((left, top, left + cell - 1, top + height - 1), fill=(0, 0, 0))
        tile = view.draw(labels, pixels_per_mm)
        picture.paste(tile, (left + (cell - tile.width) // 2, top + (height - tile.height) // 2))
        _write_sides(draw, (left, top, left + cell, top + height), small_size)
        if index == 0:
            _write_scale(draw, left + small_size, top + height - small_size, pixels_per_mm, small_size)
    shown = [name for name, value in labels.items() if any(view.shows(value) for view in views)]
    areas, outlines = (any(getattr(panel, kind) is not None for panel in panels) for kind in ("segmentation", "reference"))
    middle = margin + header + height + footer // 2
    _write_legend(draw, (margin, middle), {name: _colour(name, labels) for name in shown}, areas, outlines, small_size)
    return picture


def best_slice(label_map: npt.NDArray[Any], labels: dict[str, int]) -> int:
    """The index along the first axis that shows the most of all structures, each weighed by its largest slice.

    Args:
        label_map: shape (z, y, x).
    """
    score = np.zeros(len(label_map))
    for value in labels.values():
        area = np.count_nonzero(label_map == value, axis=(1, 2))
        if area.any():
            score += area / area.max()
    return int(np.argmax(score)) if score.any() else len(label_map) // 2


def thumbnail(image: Volume, label_map: Volume | None, labels: dict[str, int], pixels: int) -> bytes:
    """A small grey picture of an axial slice in true proportions, as a PGM file, which needs no library to be written.

    It is the slice that shows the most of the structures; the middle one without a label map on the image's voxels.

    Args:
        label_map: the scan's.
        labels: structures and their values in the label map.
        pixels: of the picture's longer side.
    """
    canonical, geometry = to_canonical(image).array, to_canonical(image).geometry
    index = len(canonical) // 2
    if label_map is not None and label_map.array.shape == image.array.shape:
        index = best_slice(to_canonical(Volume(label_map.array, image.geometry)).array, labels)
    shown = np.asarray(canonical[index], dtype=np.float32)
    low, high = np.percentile(shown, WINDOW)
    extent = (geometry.size[1] * geometry.spacing[1], geometry.size[0] * geometry.spacing[0])
    rows, columns = (max(round(pixels * length / max(extent)), 1) for length in extent)
    small = _averaged(_averaged(((shown - low) / max(high - low, 1e-9)).clip(0, 1), rows).T, columns).T
    return b"P5 %d %d 255\n" % (columns, rows) + np.rint(small * 255).astype(np.uint8).tobytes()


def _averaged(values: npt.NDArray[np.float32], count: int) -> npt.NDArray[np.float32]:
    """Values (rows, columns) with ``count`` rows: means of several, or repeated ones where there are fewer."""
    starts = np.arange(count) * len(values) // count
    if count >= len(values):
        return values[starts]
    sizes = np.diff([*starts, len(values)]).astype(np.float32)
    return (np.add.reduceat(values, starts, axis=0) / sizes[:, None]).astype(np.float32)


class _View:
    """A panel's slice: grey values in [0, 1] and label maps, shape (rows, columns), and its size in mm (width, height)."""

    def __init__(self, panel: Panel, labels: dict[str, int]) -> None:
        maps = {"segmentation": panel.segmentation, "reference": panel.reference}
        for kind, volume in maps.items():
            if volume is not None and volume.geometry.differences(panel.image.geometry):
                raise ValueError(f"the {kind} of '{panel.title}' is not on its image's grid")
        image = to_canonical(panel.image)
        drawn = {kind: to_canonical(volume).array for kind, volume in maps.items() if volume is not None}
        guide = drawn.get("reference", drawn.get("segmentation"))
        index = best_slice(guide, labels) if guide is not None else len(image.array) // 2
        self.grey = (scale_intensity(image.array, *WINDOW)[index] + 1) / 2
        self.maps = {kind: array[index] for kind, array in drawn.items()}
        size, spacing = image.geometry.size, image.geometry.spacing
        self.extent = (size[0] * spacing[0], size[1] * spacing[1])

    def shows(self, value: int) -> bool:
        return any((label_map == value).any() for label_map in self.maps.values())

    def draw(self, labels: dict[str, int], pixels_per_mm: float) -> Image.Image:
        from PIL import Image

        columns, rows = (max(round(extent * pixels_per_mm), 1) for extent in self.extent)
        size = (columns * _SUPERSAMPLING, rows * _SUPERSAMPLING)
        grey = _resized(self.grey, size, Image.Resampling.BICUBIC).clip(0, 1) * 255
        colours = np.repeat(grey[..., None], 3, axis=2)
        for name, value in labels.items():
            colour = np.array(_colour(name, labels), dtype=np.float32)
            for kind, label_map in self.maps.items():
                # Interpolated, because a mask of large voxels is a staircase that hides what it is drawn on.
                mask = _resized(label_map == value, size, Image.Resampling.BILINEAR) > 0.5
                if kind == "segmentation":
                    colours[mask] += FILL_OPACITY * (colour - colours[mask])
                else:
                    colours[outline(mask, max(round(size[0] / 300), 1))] = colour + OUTLINE_LIGHTENED * (255 - colour)
        return Image.fromarray(np.rint(colours).astype(np.uint8)).reduce(_SUPERSAMPLING)


def _resized(values: npt.NDArray[Any], size: tuple[int, int], resampling: Any) -> npt.NDArray[np.float32]:
    """Values of shape (rows, columns) at ``size`` = (columns, rows) pixels."""
    from PIL import Image

    return np.array(Image.fromarray(np.ascontiguousarray(values, dtype=np.float32)).resize(size, resampling))


def outline(mask: Mask, thickness: int) -> Mask:
    """The inner border of a mask, so many pixels thick."""
    inner = mask.copy()
    for _ in range(thickness):
        padded = np.pad(inner, 1)
        inner = padded[1:-1, 1:-1] & padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return mask & ~inner


def _write_sides(draw: Any, box: tuple[int, int, int, int], size: int) -> None:
    """R and L at the patient's sides."""
    middle = (box[1] + box[3]) // 2
    halo = {"stroke_width": max(size // 10, 1), "stroke_fill": (0, 0, 0)}
    draw.text((box[0] + size // 2, middle), "R", TEXT, font=_font(size), anchor="lm", **halo)
    draw.text((box[2] - size // 2, middle), "L", TEXT, font=_font(size), anchor="rm", **halo)


def _write_scale(draw: Any, left: int, bottom: int, pixels_per_mm: float, size: int) -> None:
    length = round(SCALE_BAR_MM * pixels_per_mm)
    draw.rectangle((left, bottom - max(size // 6, 1), left + length, bottom), fill=TEXT)
    draw.text((left, bottom - size // 2), f"{SCALE_BAR_MM} mm", TEXT, font=_font(size), anchor="ls")


def _write_legend(draw: Any, start: tuple[int, int], colours: dict[str, Colour], areas: bool, outlines: bool, size: int) -> None:
    left, middle = start
    for name, colour in colours.items():
        draw.rounded_rectangle((left, middle - size // 2, left + size, middle + size // 2), size // 4, fill=colour)
        left = _write(draw, left + round(size * 1.5), middle, name, size, TEXT)
    box = (middle - size // 2, middle + size // 2)
    if areas:
        draw.rounded_rectangle((left, box[0], left + size, box[1]), size // 4, fill=(90, 95, 106))
        left = _write(draw, left + round(size * 1.5), middle, "area: segmentation", size, FAINT)
    if outlines:
        draw.rounded_rectangle((left, box[0], left + size, box[1]), size // 4, outline=(205, 209, 216), width=max(size // 9, 1))
        _write(draw, left + round(size * 1.5), middle, "outline: reference label", size, FAINT)


def _write(draw: Any, left: int, middle: int, text: str, size: int, colour: Colour) -> int:
    """Write text and return where the next thing may begin."""
    font = _font(size)
    draw.text((left, middle), text, colour, font=font, anchor="lm")
    return int(left + draw.textlength(text, font=font) + 2 * size)


def _colour(name: str, labels: dict[str, int]) -> Colour:
    return structure_of(name, labels[name]).colour


def _font(size: float) -> Any:
    from PIL import ImageFont

    return ImageFont.load_default(size=size)
