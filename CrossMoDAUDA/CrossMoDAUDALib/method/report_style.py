"""How an experiment's page looks, beside the style of all pages."""

from ..images.outlines import REFERENCE, RESULT


def _css(colour: tuple[int, int, int]) -> str:
    return f"rgb{colour}".replace(" ", "")


# What the outlines in the pictures are, where pictures are shown.
LEGEND = (
    '<p class="legend"><span><i class="reference"></i>label drawn by people (dashed)</span>'
    '<span><i class="result"></i>result of the segmenter</span></p>'
)
STYLE = f"""
nav ul{{list-style:none;display:flex;flex-wrap:wrap;gap:4px 18px;margin:0 4px 18px;padding:0;font-size:13.5px}}
.case{{border-top:1px solid var(--line);padding:14px 0 18px;break-inside:avoid}}
.case h3{{margin:0 0 10px;color:var(--ink)}}
.case h3 span{{margin-left:10px;color:var(--faint);font-weight:400}}
.case table{{min-width:0}}
.pictures{{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:10px;max-width:1060px}}
.pictures img{{background:#000;margin:0;border-radius:6px}}
figcaption{{color:var(--faint);font-size:12px;margin:4px 0 8px}}
.legend{{display:flex;flex-wrap:wrap;gap:6px 22px;max-width:none;font-size:13px;color:var(--faint)}}
.legend i{{display:inline-block;width:26px;height:0;margin-right:8px;vertical-align:middle;border-top:3px solid}}
.legend .reference{{border-top-style:dashed;border-color:{_css(REFERENCE)}}}
.legend .result{{border-color:{_css(RESULT)}}}
.charts{{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:22px 28px}}
.charts figcaption{{color:var(--ink);font-weight:600;font-size:13.5px}}
.warnings{{margin:0 0 10px;padding-left:20px}}
.warnings li{{margin:0 0 6px;max-width:100ch}}
.words td{{white-space:normal;text-align:left;min-width:260px}}
#settings td:last-child,#settings td{{text-align:left;white-space:normal;overflow-wrap:anywhere}}
#versions table{{min-width:0}}
@media print{{
nav{{display:none}}
.pictures{{grid-template-columns:repeat(4,1fr);gap:6pt}}
.charts{{grid-template-columns:1fr 1fr;gap:10pt}}
.case{{padding:6pt 0}}
}}
"""
