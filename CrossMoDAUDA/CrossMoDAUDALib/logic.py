"""The library's work on nodes, under its public name: ``from CrossMoDAUDALib.logic import InferenceLogic``."""

from .slicer_nodes.logic import InferenceLogic

__all__ = ["InferenceLogic"]
