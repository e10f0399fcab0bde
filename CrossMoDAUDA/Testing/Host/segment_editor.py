"""Slicer's module Segment Editor without its tools: the parameter node, the logic that edits and undoes, what entering it does."""

from __future__ import annotations

from typing import Any

import slicer
import slicer.util

TAG = "SegmentEditor"


class Editor:
    """qMRMLSegmentEditorWidget, as far as it hands on to its logic, which is slicer-core's."""

    def __init__(self, application_logic: Any) -> None:
        self._logic = slicer.vtkSlicerSegmentEditorLogic()
        self._logic.SetMRMLApplicationLogic(application_logic)
        self._logic.SetMRMLScene(slicer.mrmlScene)
        self._history = slicer.vtkSegmentationHistory()
        self._logic.SetSegmentationHistory(self._history)

    def setMRMLSegmentEditorNode(self, node: Any) -> None:
        self._logic.SetSegmentEditorNode(node)

    def setMaximumNumberOfUndoStates(self, number: int) -> None:
        self._logic.SetMaximumNumberOfUndoStates(number)

    def segmentationNode(self) -> Any:
        return self._logic.GetSegmentationNode()

    def setSegmentationNode(self, node: Any) -> None:
        self._logic.SetSegmentationNode(node)

    def sourceVolumeNode(self) -> Any:
        return self._logic.GetSourceVolumeNode()

    def saveStateForUndo(self) -> None:
        self._logic.SaveStateForUndo()

    def undo(self) -> None:
        self._logic.Undo()

    def redo(self) -> None:
        self._logic.Redo()


class SegmentEditorWidget:
    """SegmentEditorWidget of Modules/Scripted/SegmentEditor/SegmentEditor.py."""

    def __init__(self, parent: Any) -> None:
        self.parent, self.parameterSetNode = parent, None
        self.editor: Any = None
        slicer.modules.SegmentEditorWidget = self  # as qSlicerScriptedLoadableModuleWidget::setPythonSource

    def setup(self) -> None:
        self.editor = Editor(slicer.app.applicationLogic())
        self.editor.setMaximumNumberOfUndoStates(10)
        self.selectParameterNode()

    def selectParameterNode(self) -> None:
        node = slicer.mrmlScene.GetSingletonNode(TAG, "vtkMRMLSegmentEditorNode")
        if node is None:
            node = slicer.mrmlScene.CreateNodeByClass("vtkMRMLSegmentEditorNode")
            node.UnRegister(None)
            node.SetSingletonTag(TAG)
            node = slicer.mrmlScene.AddNode(node)
        if self.parameterSetNode is not node:
            self.parameterSetNode = node
            self.editor.setMRMLSegmentEditorNode(node)

    def enter(self) -> None:
        self.selectParameterNode()
        if self.editor.segmentationNode() is None:
            found = slicer.mrmlScene.GetFirstNode(None, "vtkMRMLSegmentationNode")
            self.editor.setSegmentationNode(found or slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode"))
