"""How an experiment's page looks, beside the style of all pages."""

from ..images.outlines import REFERENCE as REFERENCE_COLOUR
from ..images.outlines import RESULT as RESULT_COLOUR

# What the outlines in pictures are.
REFERENCE, RESULT = "reference", "result"
_WORDS = {REFERENCE: "label drawn by people (dashed)", RESULT: "result of the segmenter"}


def legend(*kinds: str) -> str:
    """What the outlines in the pictures below are."""
    return f'<p class="legend">{"".join(f"<span><i class={kind}></i>{_WORDS[kind]}</span>" for kind in kinds)}</p>'


def _css(colour: tuple[int, int, int]) -> str:
    return f"rgb{colour}".replace(" ", "")


STYLE = f"""
nav ul{{list-style:none;display:flex;flex-wrap:wrap;gap:4px 18px;margin:0 4px 18px;padding:0;font-size:13.5px}}
.case{{border-top:1px solid var(--line);padding:14px 0 18px;break-inside:avoid}}
.case h3{{margin:0 0 10px;color:var(--ink)}}
.case h3 span{{margin-left:10px;color:var(--faint);font-weight:400}}
.case table{{min-width:0}}
.pictures{{display:grid;grid-template-columns:repeat(4,1fr);gap:10px}}
.pictures img{{background:#000;margin:0;border-radius:6px}}
figcaption{{color:var(--faint);font-size:12px;margin:4px 0 8px}}
.legend{{display:flex;flex-wrap:wrap;gap:6px 22px;max-width:none;font-size:13px;color:var(--faint)}}
.legend i{{display:inline-block;width:26px;height:0;margin-right:8px;vertical-align:middle;border-top:3px solid}}
.legend .reference{{border-top-style:dashed;border-color:{_css(REFERENCE_COLOUR)}}}
.legend .result{{border-color:{_css(RESULT_COLOUR)}}}
.charts{{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:22px 28px}}
.charts figcaption{{color:var(--ink);font-weight:600;font-size:13.5px}}
.warnings{{margin:0 0 10px;padding-left:20px}}
.warnings li{{margin:0 0 6px;max-width:100ch}}
.case .warnings{{margin-top:12px}}
.words td{{white-space:normal;text-align:left;min-width:260px}}
#settings th,#settings td{{text-align:left;white-space:normal;overflow-wrap:anywhere}}
#versions table{{min-width:0}}
@media (max-width:760px){{
.pictures{{grid-template-columns:1fr 1fr}}
.charts{{grid-template-columns:1fr}}
nav ul{{margin:12px 16px}}
}}
@media print{{
nav{{display:none}}
.pictures{{grid-template-columns:repeat(4,1fr);gap:6pt}}
.charts{{grid-template-columns:1fr 1fr;gap:10pt}}
.case{{padding:6pt 0}}
}}
"""
