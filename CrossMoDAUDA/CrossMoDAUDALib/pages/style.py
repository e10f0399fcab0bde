"""How pages look: light or dark as the reader's system is, on a telephone, and always light on paper."""

_LIGHT = (
    "--ink:#1d2433;--faint:#5f6880;--line:#e3e7ef;--paper:#fff;--wash:#f5f7fb;--accent:#0068a3;--hover:#eef4fa;"
    "--warn:#fff3d6;--warn-ink:#6b4a00;--good:#dcf3e6;--good-ink:#0b5c36;--bad:#fde0dc;--bad-ink:#98200f;"
    "--series0:#0072b2;--series1:#d55e00;--series2:#009e73;--series3:#cc79a7;--series4:#56b4e9;--series5:#e69f00;--series6:#7b5ea7;"
    "--series7:#a0522d"
)
_DARK = (
    "--ink:#e6e9f0;--faint:#a0a9bd;--line:#343b4b;--paper:#1b202b;--wash:#12161e;--accent:#6bbbf0;--hover:#242b39;"
    "--warn:#3d3115;--warn-ink:#f4d58a;--good:#12382a;--good-ink:#86dcb0;--bad:#46201d;--bad-ink:#ffb0a4;"
    "--series0:#56b4e9;--series1:#f0963c;--series2:#3cc896;--series3:#e096c3;--series4:#9fd6ff;--series5:#ffcf66;--series6:#b39ddb;"
    "--series7:#d8a07f"
)
STYLE = (
    f"""
:root{{{_LIGHT}}}
@media screen and (prefers-color-scheme:dark){{:root{{{_DARK}}}}}
"""
    + """
*{box-sizing:border-box}
html{color-scheme:light dark;background:var(--wash);-webkit-text-size-adjust:100%}
body{margin:0;color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif}
main{max-width:1120px;margin:0 auto;padding:32px 24px 64px}
header,section,.tiles{background:var(--paper);border:1px solid var(--line);border-radius:12px;padding:24px 28px;margin:0 0 18px}
header{border-top:4px solid var(--accent)}
h1{margin:2px 0 8px;font-size:28px;line-height:1.2;letter-spacing:-.01em;overflow-wrap:anywhere}
h2{margin:0 0 14px;font-size:18px;letter-spacing:-.005em}
h3{margin:18px 0 8px;font-size:14px;color:var(--faint);font-weight:600;overflow-wrap:anywhere}
p{margin:0 0 10px;max-width:88ch}
p,li{overflow-wrap:anywhere}
a{color:var(--accent)}
.kicker{margin:0;color:var(--accent);font-weight:600;font-size:13px}
.lead{font-size:18px;line-height:1.45}
.facts,.note{color:var(--faint);font-size:13px}
.note{margin:12px 0 0;max-width:110ch}
.warning{display:inline-block;margin:6px 0 0;padding:5px 10px;border-radius:6px;background:var(--warn);color:var(--warn-ink);font-size:13px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(170px,1fr));gap:0;padding:0;overflow:hidden}
.tiles>div{padding:18px 24px;border-left:1px solid var(--line);margin-left:-1px}
.tiles b{display:block;font-size:30px;line-height:1.15;font-variant-numeric:tabular-nums;letter-spacing:-.02em}
.tiles span{display:block;font-weight:600;overflow-wrap:anywhere}
.tiles i{font-style:normal;color:var(--faint);font-size:13px}
.wide{overflow-x:auto;margin:0 -28px;padding:0 28px}
.wide:focus-visible,summary:focus-visible,a:focus-visible{outline:2px solid var(--accent);outline-offset:-2px}
table{border-collapse:collapse;font-size:13.5px;font-variant-numeric:tabular-nums;min-width:60%}
th,td{padding:7px 12px;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
thead th{vertical-align:bottom;color:var(--faint);font-weight:600;font-size:12px;white-space:normal;min-width:76px;
  border-bottom:2px solid var(--line)}
tbody th{text-align:left;font-weight:500}
thead th:first-child{text-align:left}
th:first-child{padding-left:0;position:sticky;left:0;background:var(--paper)}
tr.bound{background:var(--wash)}
tr.bound th:first-child{background:var(--wash)}
tbody tr:hover,tbody tr:hover th:first-child{background:var(--hover)}
@media screen and (min-width:641px){
table:has(thead th:nth-child(10)) :is(th,td){padding:7px 6px;min-width:58px}
table:has(thead th:nth-child(10)) th:first-child{padding-left:0;white-space:normal;min-width:9em}
}
td.best{font-weight:700}
td small{color:var(--faint);font-size:11.5px;font-weight:400}
.dot{display:inline-block;width:9px;height:9px;border-radius:50%;margin-right:8px}
.badge{display:inline-block;min-width:56px;padding:1px 8px;border-radius:999px;font-size:11.5px;font-weight:600;text-align:center}
.badge.good{background:var(--good);color:var(--good-ink)}
.badge.bad{background:var(--bad);color:var(--bad-ink)}
.badge.unsure{background:var(--warn);color:var(--warn-ink)}
.problems{margin:10px 0;padding-left:20px}
.problems li{margin:0 0 6px;max-width:100ch}
.problems b{color:var(--bad-ink)}
.verdicts{list-style:none;margin:10px 0 0;padding:0}
.verdicts li{padding:4px 0}
.verdicts .badge{margin-right:8px}
figure{margin:0}
svg{display:block;max-width:100%;height:auto;width:100%}
.plot{overflow-x:auto}
.plot svg{min-width:540px;max-width:860px}
svg text{font-family:inherit!important}
img{display:block;width:100%;height:auto;border-radius:8px;margin:0 0 10px}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--wash);border:1px solid var(--line);border-radius:8px;
  padding:12px 14px;font-size:12.5px}
code{font-size:12.5px}
details{margin-top:12px}
summary{cursor:pointer;color:var(--accent)}
@media (max-width:640px){
main{padding:0 0 24px}
header,section,.tiles{border-width:1px 0;border-radius:0;padding:18px 16px;margin:0 0 10px}
.tiles{grid-template-columns:repeat(2,1fr);padding:0}
.tiles>div{padding:14px 16px;border-bottom:1px solid var(--line);margin-bottom:-1px}
.tiles b{font-size:24px}
h1{font-size:23px}
.lead{font-size:16px}
.wide{margin:0 -16px;padding:0 16px}
th:first-child{min-width:108px;max-width:46vw;white-space:normal;overflow-wrap:break-word}
}
@media print{
html{background:#fff;color-scheme:light}
body{font-size:10.5pt;-webkit-print-color-adjust:exact;print-color-adjust:exact}
main{max-width:none;padding:0}
header,section,.tiles{border:0;border-radius:0;padding:0;margin:0 0 16pt}
.tiles{border:1px solid var(--line)}
.wide{overflow:visible;margin:0;padding:0}
table{font-size:7.5pt}
th,td{padding:3pt 4pt;white-space:normal;min-width:0}
thead{display:table-header-group}
tr,figure,img,h2,h3{break-inside:avoid}
details::details-content{content-visibility:visible;display:block;height:auto}
summary{list-style:none;color:var(--faint)}
h2,h3{break-after:avoid}
}
"""
)
