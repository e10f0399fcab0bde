"""Write docs/settings.md from the settings themselves; a test compares.

    python3 Scripts/settings_page.py

Needs Python 3.11 or newer and no package.
"""

import dataclasses
import sys
from pathlib import Path
from typing import get_origin

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "settings.md"
TOP = """\
# Settings

<!-- Written by Scripts/settings_page.py from the settings; change those, then run it again. -->

Every number of the method can be set: on the command line with `--set KEY=VALUE`, in the panel under *Advanced
settings*.

```sh
crossmoda-uda run --crossmoda DATA -o EXPERIMENT --set translation.epochs=50 --set seed=1
```

The defaults are the preset `paper`: the paper's numbers, and where [the paper is silent](method.md) those of the
CycleGAN reference code and of nnU-Net. A wrong key or value is refused, and the nearest right one is named.

The settings of an experiment are recorded when it begins. Afterwards only these may
change: {machine}.

Write `true` or `false` for yes and no, several names as `NAME,NAME`, and structures as `NAME:VALUE,NAME:VALUE`. Names
that hold a comma are written as JSON: `--set 'labels={{"Tumour, left": 1}}'`, `["Tumour, left"]` for a list.

The section `cyclegan` applies only to the CycleGAN translators; other translators have sections of their own. Older
versions had some of these settings in the section `translation`; their old keys are accepted, too.

Presets set several at once (`--preset NAME`). The last column lists what each preset changes. `sample` starts from
`smoke` and changes what is listed for it.
"""


def main(arguments):
    """Write the page."""
    if arguments:
        print("settings_page.py takes no arguments.", file=sys.stderr)
        return 2
    sys.path.insert(0, str(ROOT / "CrossMoDAUDA"))
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    print(PAGE)
    return 0


def page():
    """The page's text."""
    from CrossMoDAUDALib.core.settings import section_classes, setting_fields
    from CrossMoDAUDALib.experiment.folder import MACHINE_SETTINGS

    machine = [f"`{name}`" for name in MACHINE_SETTINGS]
    parts = [TOP.format(machine=", ".join(machine[:-1]) + " and " + machine[-1])]
    sections = {}
    for key, (declared, kind) in setting_fields().items():
        sections.setdefault(key.rpartition(".")[0], {})[key] = (declared, kind)
    classes = section_classes()
    for section, settings in sections.items():
        text = ((getattr(classes.get(section), "__doc__", None) or "") if section else "What concerns all parts.").partition("\n")[0]
        parts.append(f"## {section or 'general'}\n\n{text}\n")
        rows = ["| Setting | Default | Allowed | Meaning | Presets |", "| --- | --- | --- | --- | --- |"]
        rows += [row(key, declared, kind) for key, (declared, kind) in settings.items()]
        parts.append("\n".join(rows) + "\n")
    return "\n".join(parts)


def row(key, declared, kind):
    """A setting's line of the table."""
    default = declared.default_factory() if declared.default is dataclasses.MISSING else declared.default
    values = values_of_presets(key)
    presets = [f"{name}: {shown(value)}" for name, value in values.items() if name != "sample" or value != values.get("smoke")]
    cells = [f"`{key}`", shown(default), allowed(declared.metadata, kind), declared.metadata["text"], "; ".join(presets)]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def values_of_presets(key):
    """By preset, what it sets, with a translator that the setting belongs to."""
    from CrossMoDAUDALib.core.settings import PRESETS, preset_values, translators_with

    translator = next(iter(translators_with(key.rpartition(".")[0])), "")
    found = {name: preset_values(name, translator) for name in PRESETS}
    return {name: values[key] for name, values in found.items() if key in values}


def shown(value):
    """A value as one writes it after ``--set KEY=``."""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, dict):
        return ", ".join(f"`{name}:{number}`" for name, number in value.items()) or "none"
    if isinstance(value, tuple):
        return ", ".join(f"`{item}`" for item in value) or "none"
    return f"`{value}`"


def allowed(limits, kind):
    """Which values a setting takes."""
    if limits["choices"]:
        return ", ".join(f"`{choice}`" for choice in limits["choices"])
    if limits["low"] is not None:
        steps = f", multiples of {limits['multiple']}" if limits["multiple"] else ""
        if get_origin(kind) is dict:
            return f"names of structures with numbers from {limits['low']} to {limits['high']}"
        return f"{limits['low']} to {limits['high']}{steps}"
    if kind is bool:
        return "`true`, `false`"
    if get_origin(kind) is dict:
        return "names with whole numbers from 1 to 65535"
    return "names of structures" if get_origin(kind) is tuple else "a name"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
