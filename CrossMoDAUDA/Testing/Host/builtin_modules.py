"""The modules of Slicer's own that are there before any extension's."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import slicer
import vtk

from .application import Module, ModuleWidget
from .segment_editor import SegmentEditorWidget

LOGICS = {
    "Segmentations": "vtkSlicerSegmentationsModuleLogic",
    "Terminologies": "vtkSlicerTerminologiesModuleLogic",
    "Plots": "vtkSlicerPlotsLogic",
}


def modules(scene: Any, application_logic: Any) -> Iterator[Module]:
    """The modules, those that others use first."""
    for name, kind in LOGICS.items():
        logic = getattr(slicer, kind)()
        logic.SetMRMLApplicationLogic(application_logic)
        vtk.vtkObject.GlobalWarningDisplayOff()  # Slicer's own terminology files are not there
        logic.SetMRMLScene(scene)
        vtk.vtkObject.GlobalWarningDisplayOn()
        yield Module(name, "", logic=logic)
    yield Module("SubjectHierarchy", "")
    yield Module("SegmentEditor", "", functools.partial(ModuleWidget, make=SegmentEditorWidget))
