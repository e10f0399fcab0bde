"""What the library below the panel says to a user, read from its source: the catalogue that the panel translates with.

A sentence is an f-string where it is raised or written. Here it becomes a template with named fields:
``f"{path} does not exist; check the path."`` is ``"{path} does not exist; check the path."``, and
``f"{len(found)} case{'' if len(found) == 1 else 's'}"`` are two, one for each way that it can read. Parts that are put
together elsewhere, such as a reason in brackets, are entries of their own; the panel finds them within the values.
"""

import ast
import functools
import itertools
import re

# No user of the panel sees what these say: pages, tables and words for a terminal, names of anatomy.
SILENT_FILES = {
    *("commands/challenge.py", "commands/container.py", "commands/scans.py", "commands/study.py", "commands/terminal.py"),
    *("commands/trust.py", "commands/export.py", "commands/report.py", "method/evidence.py", "method/report.py"),
    *("method/report_facts.py", "method/report_page.py", "method/report_sections.py", "method/report_origin.py"),
    *("method/report_pictures.py", "method/report_plots.py", "method/report_style.py", "images/outlines.py"),
    *("scoring/comparison.py", "watching/status.py", "images/pictures.py", "core/structures.py"),
    *(
        "cohort/phantom.py",
        "cohort/phantom_anatomy.py",
        "core/presets.py",
        "models/training_summary.py",
        "commands/nodes.py",
        "compute/lending.py",
    ),
    "places/slurm.py",
    "segmentation/stock_trainer.py",  # speaks within nnU-Net
}
SILENT_ROOMS = {"panel", "study", "pages"}
# Calls whose texts are for a terminal, a developer or another program, or are translated by a mark of their own.
SILENT_CALLS = {
    *("_", "setting", "_setting", "Loss", "Title", "Registration", "print", "say", "add_argument", "add_parser", "add_argument_group"),
    *("_Parser", "add_device", "add_events", "_add_events", "_add_output", "Thread", "ThreadPoolExecutor", "filterwarnings"),
    *("add_note", "Bar"),
    *("compile", "sub", "search", "fullmatch", "match", "fromkeys", "TypeError", "MemoryError", "KeyError", "AssertionError"),
    *("Criterion", "Dependency", "_whole_numbers", "_vector", "getLogger"),
}
# Nor these texts, by their beginnings.
SILENT_TEXTS = (
    *("can't allocate", "cannot allocate", "not enough memory", "failed to allocate", "failed to map", "can't start new", "CUDA error"),
    *("No space left", "out of memory", "space:", "space directions:", "space origin:", "kinds:", "endian:", "encoding:", "unsigned "),
    *("signed ", "Yang and Wang", "CrossMoDAUDA model", "Mean ± ", "ASSD", "distance_mm to", "label map", "vector volume"),
    *("diffusion ", "ends with its", "labels of names", "no panel", "Asked ", "Stopped; ", "Nobody is", "there is no C compiler"),
    *("the package triton", "the worker", "spacing (mm)", "array of shape", "The section '", "There is an image translator"),
    *("{section}.{name} of the translator", "cases of the target domain", "“", "launches ranks", "background worker", "where networks run"),
    *("Switch test-time", "Test-time augmentation makes", "from {key}", "nnUNetv2_predict", "Made by CrossMoDAUDA {v", "-step_size"),
    '"""Files of',
    *("Set aside", "Something is known", "There is no other", "Its mean rank", "It is ", "{scans} target scan", "does not show where"),
    *(
        "is not found where",
        "Not for clinical use. What to",
        "Park, T., et al.",
        "Zhu, J.-Y., et al.",
        '"crossmoda-uda-stages',
        "{key}={value} (for these",
        "{message}; see {prog}",
        "Looking for the",
        ">> worker",
    ),
    # What Slurm says.
    *("Exceeded job", "exceeded memory", "Invalid feature", "Invalid generic", "Memory specification", "Nodes required", "Socket timed"),
    *(
        "Connection refused",
        "Slurm temporarily",
        "Slurm job queue",
        "MaxJobCount",
        "Zero Bytes",
        "Job violates",
        "kill -TERM",
        "scancel --signal",
        "srun --ntasks",
        "Temporary failure in name",
        "message too long",
    ),
    # What other programs say, and code and scripts for another computer.
    *("Bad configuration option", "Can't open user config", "Could not find a version", "Could not resolve", "Disk quota", "Host key"),
    *("Invalid account", "Invalid job", "Max retries", "No matching distribution", "No space", "No such file", "Permission denied"),
    *("Requested node", "Too many authentication", "Unable to contact", "invalid partition", "no such identity", "not found", "sbatch: "),
    *("time limit", "#SBATCH", "# Places", "exec(", "import sys", "module", "sys.modules", "{command} >>", ", Slurm partition"),
)
# Single words that stand for a field of a sentence, and what is put together from two files.
WORDS = (
    *("source", "target", "evaluation", "inferior", "superior", "anterior", "posterior", "right", "left"),
    *("missing", "taken out wholly", "uncertain", "missing or taken out wholly", "missing or uncertain", "taken out wholly or uncertain"),
    "missing or taken out wholly or uncertain",
    "{structure} does not show where its label is (contrast {value}, median {median})",
    "{structure} is not found where its label is (DSC {value}, median {median})",
)
MOST_WAYS = 24  # in which one sentence may read; with more, its parts are fields
FEWEST_LETTERS = 5  # beside the fields; a template of less fits anything
PLAIN = {"short", "str", "repr", "printable", "sorted", "float", "int", "set", "list", "Path", "map", "next", "iter", "duration"}


def catalogue(library):
    """The templates of all sentences in the library, sorted.

    Args:
        library: its folder.
    """
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(library.rglob("*.py"))}
    constants = _constants(trees.values())
    found = set()
    for path, tree in trees.items():
        name = path.relative_to(library).as_posix()
        if name not in SILENT_FILES and name.partition("/")[0] not in SILENT_ROOMS:
            found |= _File(tree, constants | _constants([tree])).templates()
    alike = {re.sub(r"\{\w+\}", "{}", text): text for text in sorted(found, reverse=True)}  # names of fields tell nothing apart
    return sorted({*alike.values(), *WORDS})


def _constants(trees):
    """Texts that modules name in capitals, if a name has one meaning in all of them."""
    values = {}
    for statement in itertools.chain.from_iterable(tree.body for tree in trees):
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant) and isinstance(statement.value.value, str):
            for target in statement.targets:
                if isinstance(target, ast.Name) and target.id.isupper():
                    values.setdefault(target.id, set()).add(statement.value.value)
    return {name: next(iter(texts)) for name, texts in values.items() if len(texts) == 1}


class _File:
    """One file's sentences."""

    def __init__(self, tree, constants):
        self._tree, self._constants = tree, constants
        self._locals = {}  # of the function that is being read
        self._used = set()  # local names that have become part of a sentence
        self._found = {}  # by the local name that it is assigned to, else by None

    def templates(self):
        """All of them."""
        self._visit(self._tree, None)
        return self._found.get(None, set())

    def _visit(self, node, name):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            outer = self._locals, self._used, self._found
            self._locals, self._used, self._found = _assigned(node), set(), {None: set()}
            self._children(node)
            inner = self._found.pop(None).union(*(texts for assigned, texts in self._found.items() if assigned not in self._used))
            self._locals, self._used, self._found = outer
            self._found.setdefault(None, set()).update(inner)
            return
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return  # a docstring
        if isinstance(node, ast.keyword) and node.arg in ("help", "description", "epilog", "metavar", "prog", "usage", "title"):
            return
        if _is_text(node):
            templates = {template for way, _chosen in self._ways(node) if (template := _template(way))}
            self._found.setdefault(name, set()).update(templates)
            for part in ast.walk(node):  # a call's own texts, such as the reason in ", ".join(f"..." for ...)
                if isinstance(part, ast.FormattedValue) and not _is_text(part.value):
                    self._visit(part.value, name)
            return
        if isinstance(node, ast.Call) and _called(node) in SILENT_CALLS:
            return
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name) and self._locals:
            self._visit(node.value, node.targets[0].id)
            return
        self._children(node, name if isinstance(node, ast.IfExp | ast.BinOp) else None)

    def _children(self, node, name=None):
        for child in ast.iter_child_nodes(node):
            self._visit(child, name)

    def _ways(self, node):
        """All ways in which a text can read: lists of literal texts and of nodes for which something is put in, each with what was
        decided for it (by a condition's source), so that one condition decides the same everywhere in a sentence.
        """
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return [(_parts(node.value), {})]
        if isinstance(node, ast.JoinedStr):
            return self._together(node.values)
        if isinstance(node, ast.FormattedValue):
            return self._ways(node.value) if node.format_spec is None and node.conversion == -1 else [([node.value], {})]
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and _is_text(node):
            return self._together([node.left, node.right])
        if isinstance(node, ast.IfExp) and _is_text(node):
            test = ast.unparse(node.test)
            return [(way, {**chosen, test: is_so}) for is_so in (True, False) for way, chosen in self._ways(_branch(node, is_so))]
        if isinstance(node, ast.Name):
            if node.id in self._constants:
                return [(_parts(self._constants[node.id]), {})]
            value = self._locals.get(node.id)
            if value is not None and _is_text(value):
                self._used.add(node.id)
                return self._ways(value)
        return [([node], {})]

    def _together(self, nodes):
        ways = [self._ways(node) for node in nodes]
        if functools.reduce(lambda count, each: count * len(each), ways, 1) > MOST_WAYS:
            ways = [each if len(each) == 1 else [([node], {})] for node, each in zip(nodes, ways, strict=True)]
        joined = []
        for parts in itertools.product(*ways):
            chosen = {}
            if all(chosen.setdefault(test, is_so) == is_so for _way, tests in parts for test, is_so in tests.items()):
                joined.append(([each for way, _tests in parts for each in way], chosen))
        return joined


def _parts(text):
    """A literal text, with nodes for the names in braces that ``format`` replaces later."""
    parts = re.split(r"\{([a-z_]+)\}", text)
    return [ast.Name(part) if place % 2 else part for place, part in enumerate(parts) if place % 2 or part]


def _branch(choice, is_so):
    return choice.body if is_so else choice.orelse


def _assigned(function):
    """The values of the names that a function sets once."""
    values = {}
    for node in ast.walk(function):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign | ast.For) else []
        for target in targets:
            for name in (each.id for each in ast.walk(target) if isinstance(each, ast.Name)):
                is_plain = isinstance(node, ast.Assign) and isinstance(target, ast.Name)
                values.setdefault(name, []).append(node.value if is_plain else None)
    return {name: found[0] for name, found in values.items() if len(found) == 1}


def _is_text(node):
    """Whether an expression is made of literal texts, at least in part."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str)
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Add) and (_is_text(node.left) or _is_text(node.right))
    if isinstance(node, ast.IfExp):
        return _is_text(node.body) and _is_text(node.orelse)
    return isinstance(node, ast.JoinedStr)


def _called(call):
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _template(way):
    """A template, or none where so little is literal that it would fit anything, or nobody sees it."""
    literal = " ".join(part for part in way if isinstance(part, str)).strip()
    words = re.findall(r"[^\W\d_]{2,}", literal)
    if len(words) < 2 or sum(map(len, words)) < FEWEST_LETTERS or not re.search(r"[a-z]{3}", literal):
        return None
    names, text = {}, ""
    for part, following in itertools.zip_longest(way, way[1:]):
        if isinstance(part, str):
            text += part.replace("{", "{{").replace("}", "}}")
            continue
        if isinstance(following, ast.AST):  # two values without a letter between them are one
            continue
        source = ast.unparse(part)
        if source not in names:
            name = _name(part)
            taken = sum(re.fullmatch(rf"{name}\d*", other) is not None for other in names.values())
            names[source] = f"{name}{taken + 1}" if taken else name
        text += "{" + names[source] + "}"
    text = text.strip()
    return None if text.startswith(SILENT_TEXTS) or "\n" in text or " " not in text else text


def _name(node):
    """What a field is called: after the last name in its expression."""
    name = "value"
    if isinstance(node, ast.Name):
        name = node.id
    elif isinstance(node, ast.Attribute):
        name = node.attr
    elif isinstance(node, ast.Subscript | ast.FormattedValue | ast.Starred):
        return _name(node.value)
    elif isinstance(node, ast.Call):
        called = _called(node)
        if called == "len":
            name = "count"
        elif called in PLAIN | {"join"} and node.args:
            return _name(node.args[-1 if called == "map" else 0])
        elif called.startswith("Get"):
            name = called.removeprefix("Get")
        elif isinstance(node.func, ast.Attribute) and called in ("rstrip", "strip", "replace", "resolve", "splitlines"):
            return _name(node.func.value)
        else:
            name = called
    elif isinstance(node, ast.BoolOp):
        return _name(node.values[0])
    elif isinstance(node, ast.IfExp):
        return _name(node.body)
    elif isinstance(node, ast.BinOp):
        return _name(node.left)
    elif isinstance(node, ast.GeneratorExp | ast.ListComp):
        return _name(node.generators[0].iter)
    name = name.strip("_").lower()
    return name if name.isidentifier() else "value"
