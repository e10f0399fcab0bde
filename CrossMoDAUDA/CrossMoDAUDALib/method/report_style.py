"""How an experiment's page looks, beside the style of all pages."""

from ..images.outlines import REFERENCE as REFERENCE_COLOUR
from ..images.outlines import RESULT as RESULT_COLOUR

# What the outlines in pictures are.
REFERENCE, RESULT = "reference", "result"
_WORDS = {REFERENCE: "label drawn by people (dashed)", RESULT: "result of the segmenter"}


def legend(*kinds: str) -> str:
    """What the outlines in the pictures below are, and from where the slices are seen."""
    outlines = "".join(f"<span><i class={kind}></i>{_WORDS[kind]}</span>" for kind in kinds)
    return f'<p class="legend">{outlines}<span>axial slices: the patient\'s left is on the right</span></p>'


def _css(colour: tuple[int, int, int]) -> str:
    return f"rgb{colour}".replace(" ", "")


STYLE = f"""
nav ul{{list-style:none;display:flex;flex-wrap:wrap;gap:4px 18px;margin:0 4px 18px;padding:0;font-size:13.5px}}
.case{{border-top:1px solid var(--line);padding:14px 0 18px;break-inside:avoid}}
.case h3{{margin:0 0 10px;color:var(--ink)}}
.case h3 span{{margin-left:10px;color:var(--faint);font-weight:400}}
.case table{{min-width:0}}
.pictures{{display:grid;grid-template-columns:repeat(4,1fr);gap:10px}}
.beside{{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,400px);gap:8px 28px;align-items:start}}
.beside .pictures{{grid-template-columns:repeat(3,1fr)}}
.beside .wide{{margin:0;padding:0}}
.beside th,.beside td{{padding:5px 8px}}
.beside th:first-child{{padding-left:0;white-space:normal}}
.beside thead th{{min-width:0}}
.beside table{{width:100%}}
.beside td:last-child,.beside th:last-child{{padding-right:0}}
.beside .warnings{{font-size:13.5px}}
.pictures img{{background:#000;margin:0;border-radius:6px}}
figcaption{{color:var(--faint);font-size:12px;margin:4px 0 8px}}
.legend{{display:flex;flex-wrap:wrap;gap:6px 22px;max-width:none;font-size:13px;color:var(--faint)}}
.legend i{{display:inline-block;width:26px;height:0;margin-right:8px;vertical-align:middle;border-top:3px solid}}
.legend .reference{{border-top-style:dashed;border-color:{_css(REFERENCE_COLOUR)}}}
.legend .result{{border-color:{_css(RESULT_COLOUR)}}}
.charts{{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,400px),1fr));gap:22px 36px}}
.charts figcaption{{color:var(--ink);font-weight:600;font-size:13.5px}}
.warnings{{margin:0 0 10px;padding-left:20px}}
.warnings li{{margin:0 0 6px;max-width:100ch}}
.case .warnings{{margin-top:12px}}
.words td{{white-space:normal;text-align:left;min-width:260px}}
#settings th,#settings td{{text-align:left;white-space:normal;overflow-wrap:anywhere}}
#versions table{{min-width:0}}
@media (max-width:820px){{
.beside{{grid-template-columns:minmax(0,1fr)}}
.beside th,.beside td{{padding:5px}}
.pictures,.beside .pictures{{grid-template-columns:1fr 1fr}}
.charts{{grid-template-columns:1fr}}
nav ul{{margin:12px 16px}}
}}
@media print{{
nav{{display:none}}
.pictures{{grid-template-columns:repeat(4,1fr);gap:6pt}}
.beside{{grid-template-columns:1.35fr 1fr;gap:10pt}}
.beside .pictures{{grid-template-columns:repeat(3,1fr)}}
.beside .warnings{{font-size:8.5pt}}
.charts{{grid-template-columns:1fr 1fr;gap:10pt}}
.case{{padding:6pt 0}}
}}
"""
