"""How a study's page looks."""

STYLE = """
:root{--ink:#1d2433;--faint:#66708a;--line:#e3e7ef;--paper:#fff;--wash:#f5f7fb;--accent:#0072b2}
*{box-sizing:border-box}
html{color-scheme:light;background:var(--wash)}
body{margin:0;color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif}
main{max-width:1120px;margin:0 auto;padding:32px 24px 64px}
header,section,.tiles{background:var(--paper);border:1px solid var(--line);border-radius:12px;padding:24px 28px;margin:0 0 18px}
header{border-top:4px solid var(--accent)}
h1{margin:2px 0 8px;font-size:28px;line-height:1.2;letter-spacing:-.01em;overflow-wrap:anywhere}
h2{margin:0 0 14px;font-size:18px;letter-spacing:-.005em}
h3{margin:18px 0 8px;font-size:14px;color:var(--faint);font-weight:600;overflow-wrap:anywhere}
p{margin:0 0 10px;max-width:88ch}
.kicker{margin:0;color:var(--accent);font-weight:600;font-size:13px}
.lead{font-size:18px;line-height:1.45}
.facts,.note{color:var(--faint);font-size:13px}
.note{margin:12px 0 0;max-width:110ch}
.warning{display:inline-block;margin:6px 0 0;padding:5px 10px;border-radius:6px;background:#fff3d6;color:#6b4a00;font-size:13px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(170px,1fr));gap:0;padding:0;overflow:hidden}
.tiles>div{padding:18px 24px;border-left:1px solid var(--line);margin-left:-1px}
.tiles b{display:block;font-size:30px;line-height:1.15;font-variant-numeric:tabular-nums;letter-spacing:-.02em}
.tiles span{display:block;font-weight:600;overflow-wrap:anywhere}
.tiles i{font-style:normal;color:var(--faint);font-size:13px}
.wide{overflow-x:auto;margin:0 -28px;padding:0 28px}
table{border-collapse:collapse;font-size:13.5px;font-variant-numeric:tabular-nums;min-width:60%}
th,td{padding:7px 12px;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
thead th{vertical-align:bottom;color:var(--faint);font-weight:600;font-size:12px;white-space:normal;min-width:76px;
  border-bottom:2px solid var(--line)}
tbody th{text-align:left;font-weight:500}
thead th:first-child{text-align:left}
th:first-child{padding-left:0;position:sticky;left:0;background:var(--paper)}
tr.bound{background:var(--wash)}
tr.bound th:first-child{background:var(--wash)}
tbody tr:hover{background:#eef4fa}
td.best{font-weight:700}
td small{color:var(--faint);font-size:11.5px;font-weight:400}
.dot{display:inline-block;width:9px;height:9px;border-radius:50%;margin-right:8px}
.badge{display:inline-block;min-width:56px;padding:1px 8px;border-radius:999px;font-size:11.5px;font-weight:600;text-align:center}
.badge.good{background:#dcf3e6;color:#0b5c36}
.badge.bad{background:#fde0dc;color:#98200f}
.badge.unsure{background:#fff0cc;color:#6b4a00}
.verdicts{list-style:none;margin:0;padding:0}
.verdicts li{padding:4px 0}
.verdicts .badge{margin-right:8px}
figure{margin:0}
svg{display:block;max-width:100%;height:auto;width:100%}
img{display:block;width:100%;height:auto;border-radius:8px;margin:0 0 10px}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--wash);border:1px solid var(--line);border-radius:8px;
  padding:12px 14px;font-size:12.5px}
code{font-size:12.5px}
details{margin-top:12px}
summary{cursor:pointer;color:var(--accent)}
@media print{
html{background:#fff}
body{font-size:11pt}
main{max-width:none;padding:0}
header,section,.tiles{border:0;border-radius:0;padding:0;margin:0 0 18pt}
.wide{overflow:visible;margin:0;padding:0}
table{font-size:7.5pt}
th,td{padding:3pt 4pt;white-space:normal;min-width:0}
tr,figure,img,h2,h3{break-inside:avoid}
h2,h3{break-after:avoid}
}
"""
