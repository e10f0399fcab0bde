"""Tables of results as nodes of the scene."""

import csv

import slicer
import vtk

FEW_ROWS = 3


def readCsv(path):
    """The lines of a CSV file, each a dictionary by the file's header."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def tableNode(name, columns, rows):
    """A new table node.

    Args:
        name: made unique in the scene.
        columns: title by key; only these are shown, in this order. The first names the rows.
        rows: dictionaries; a column of nothing but numbers becomes one of rounded numbers.
    """
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTableNode", slicer.mrmlScene.GenerateUniqueName(name))
    for key, title in columns.items():
        node.AddColumn(_column(title, [row.get(key, "") for row in rows]))
    node.SetUseColumnTitleAsColumnHeader(True)
    node.SetUseFirstColumnAsRowHeader(True)
    node.SetLocked(True)
    return node


def show(view, node):
    """Show a table node in a narrow panel, or nothing: a few rows stand side by side, under each other's measures."""
    view.setMRMLTableNode(node)
    view.visible = node is not None
    if node is None:
        return
    view.transposed = node.GetNumberOfRows() <= FEW_ROWS
    view.resizeColumnsToContents()
    view.resizeRowsToContents()


def _rounded(value):
    """As many digits as are worth reading: 0.8124, 2.571, 77.95."""
    return float(f"{value:.4g}")


def _column(title, texts):
    try:
        values, column = [_rounded(float(text)) for text in texts], vtk.vtkDoubleArray()
    except ValueError:  # words, or a number that is missing
        values, column = [text or "-" for text in texts], vtk.vtkStringArray()
    column.SetName(title)
    for value in values:
        column.InsertNextValue(value)
    return column
