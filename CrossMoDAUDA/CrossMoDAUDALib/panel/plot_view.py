"""Charts of an experiment in Slicer's own plot view, where they can be zoomed, read point by point and saved as pictures.

A chart's nodes are made once, then filled anew. Those that tell of a folder outside the scene are not saved with it, and go when
another experiment is watched; those that tell of the scene's own nodes stay.
"""

from dataclasses import dataclass, field

import slicer
import vtk

from .curves import ON_LIGHT

MARK = "CrossMoDAUDA.Plot"  # an attribute of each node, with the chart's name and the node's place in it

KEPT = "CrossMoDAUDA.PlotOfScene"  # an attribute of nodes that stay
OF_TABLE = "CrossMoDAUDA.PlotOfTable"  # a chart's reference to the table that it tells of, and an attribute of charts that have one

FONT_SIZES = {"Title": 12, "AxisTitle": 11, "AxisLabel": 10, "Legend": 9}  # Slicer's own leave a view in four little room for curves


@dataclass(frozen=True)
class Line:
    """What becomes a series: points, with lines between them or without.

    Attributes:
        title: in the legend.
        x, y: coordinates.
        names: of the points, shown where the mouse is; none if empty.
        isLine: whether lines connect the points, else these are drawn by themselves.
        colour: its place among the curves' colours.
    """

    title: str
    x: list
    y: list
    names: list = field(default_factory=list)
    isLine: bool = True
    colour: int = 0


def isOpen(name):
    """Whether a chart has been opened in this scene."""
    return bool(_nodes(name, "vtkMRMLPlotChartNode"))


def fill(name, title, axes, lines, limits=None, isOfScene=False):
    """Make a chart's nodes, or fill those that there are.

    Args:
        name: the chart's, one word.
        title: of the chart.
        axes: titles of the horizontal and of the vertical axis.
        lines: what to draw.
        limits: of the vertical axis; else they follow from the values.
        isOfScene: whether it tells of the scene's own nodes, and stays with them.

    Returns:
        The chart node.
    """
    chart = _node(name, "vtkMRMLPlotChartNode", 0, title)
    wasModifying = chart.StartModify()
    series = [_fillSeries(name, number, line) for number, line in enumerate(lines)]
    chart.RemoveAllPlotSeriesNodeIDs()
    for kind in ("vtkMRMLPlotSeriesNode", "vtkMRMLTableNode"):
        for node in _nodes(name, kind)[len(lines) :]:
            slicer.mrmlScene.RemoveNode(node)
    for node in series:
        chart.AddAndObservePlotSeriesNodeID(node.GetID())
    chart.SetTitle(title)
    for part, size in FONT_SIZES.items():
        getattr(chart, f"Set{part}FontSize")(size)
    chart.SetXAxisTitle(axes[0])
    chart.SetYAxisTitle(axes[1])
    chart.SetYAxisRangeAuto(limits is None)
    if limits is not None:
        chart.SetYAxisRange(*limits)
    chart.EndModify(wasModifying)
    if isOfScene:
        for kind in ("vtkMRMLPlotChartNode", "vtkMRMLPlotSeriesNode", "vtkMRMLTableNode"):
            for node in _nodes(name, kind):
                node.SetAttribute(KEPT, "1")
                node.SetSaveWithScene(True)
    chart.Modified()  # as slicer.util.plot does: else a chart whose nodes were filled anew may be empty
    return chart


def show(chart):
    """Show a chart in a layout with a plot view; nothing where there are no views."""
    if slicer.app.layoutManager() is not None:
        slicer.modules.plots.logic().ShowChartInLayout(chart)


def showOnlyOf(name, table):
    """Let no view show a chart that tells of another table than this; one whose table has gone goes with it.

    Args:
        name: the chart's.
        table: the node, to which :func:`belong` has tied the chart; None for none.
    """
    for chart in _nodes(name, "vtkMRMLPlotChartNode"):
        if not chart.GetAttribute(OF_TABLE):  # of an earlier version
            continue
        own = chart.GetNodeReference(OF_TABLE)
        if own is not None and own is table:
            continue
        for view in slicer.util.getNodesByClass("vtkMRMLPlotViewNode"):
            if view.GetPlotChartNodeID() == chart.GetID():
                view.SetPlotChartNodeID(None)
        if own is None:
            series = [chart.GetNthPlotSeriesNode(number) for number in range(chart.GetNumberOfPlotSeriesNodes())]
            for node in dict.fromkeys([chart, *series, *(each.GetTableNode() for each in series if each is not None)]):
                if node is not None:
                    slicer.mrmlScene.RemoveNode(node)


def belong(chart, table):
    """Tie a chart to the table that it tells of, for :func:`showOnlyOf`; saved with the scene."""
    chart.SetAttribute(OF_TABLE, "1")
    chart.SetNodeReferenceID(OF_TABLE, table.GetID())


def removeAll():
    """Remove the nodes of all charts from the scene, but for those that are of the scene."""
    for kind in ("vtkMRMLPlotChartNode", "vtkMRMLPlotSeriesNode", "vtkMRMLTableNode"):
        for node in slicer.util.getNodesByClass(kind):
            if node.GetAttribute(MARK) and not node.GetAttribute(KEPT):
                slicer.mrmlScene.RemoveNode(node)


def _fillSeries(name, number, line):
    table = vtk.vtkTable()
    for title, values in (("x", line.x), (line.title, line.y)):
        column = vtk.vtkDoubleArray()
        column.SetName(title)
        for value in values:
            column.InsertNextValue(value)
        table.AddColumn(column)
    names = vtk.vtkStringArray()
    names.SetName("name")
    for text in line.names:
        names.InsertNextValue(text)
    if line.names:
        table.AddColumn(names)
    data = _node(name, "vtkMRMLTableNode", number, line.title)
    data.SetAndObserveTable(table)
    series = _node(name, "vtkMRMLPlotSeriesNode", number, line.title)
    wasModifying = series.StartModify()
    series.SetAndObserveTableNodeID(data.GetID())
    series.SetXColumnName("x")
    series.SetYColumnName(line.title)
    series.SetLabelColumnName("name" if line.names else "")
    series.SetPlotType(series.PlotTypeScatter)
    series.SetLineStyle(series.LineStyleSolid if line.isLine else series.LineStyleNone)
    hasMarkers = not line.isLine or len(line.x) < 20
    series.SetMarkerStyle(series.MarkerStyleCircle if hasMarkers else series.MarkerStyleNone)
    series.SetColor(*(part / 255 for part in ON_LIGHT[line.colour % len(ON_LIGHT)]))
    series.EndModify(wasModifying)
    return series


def _nodes(name, kind):
    """The nodes of a chart of a class, in their order."""
    found = [node for node in slicer.util.getNodesByClass(kind) if (node.GetAttribute(MARK) or "").split("/")[0] == name]
    return sorted(found, key=lambda node: int(node.GetAttribute(MARK).split("/")[1]))


def _node(name, kind, number, title):
    """A node of a chart, made if there is none yet."""
    found = _nodes(name, kind)
    node = found[number] if number < len(found) else None
    if node is None:
        node = slicer.mrmlScene.AddNewNodeByClass(kind)
        node.SetAttribute(MARK, f"{name}/{number}")
        node.SetSaveWithScene(False)
    node.SetName(title)
    return node
