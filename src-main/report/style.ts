/** How a report looks: on screen in light and dark, on paper in light. */
export const style = `
:root{--ground:#fff;--panel:#f7f8fa;--ink:#12161d;--soft:#454f5d;--faint:#5f6a79;--line:#e2e5ea;--held-out:#067a67;--steer:#5b3fd6;--right:#1763b8;--wrong:#a84a05;--alert:#bd1f37;--cell-1:#1763b8;--cell-2:#a84a05;--cell-3:#067a67;--cell-4:#7a3fb8;--cell-5:#8a6d00;--cell-6:#bd1f5a;--cell-7:#3a6b1f;--cell-8:#5f6a79;--cell-9:#0a6f93;--cell-10:#8f4a3a}
@media screen and (prefers-color-scheme:dark){:root{--ground:#0b0d11;--panel:#12151b;--ink:#e9ecf2;--soft:#aab2c0;--faint:#8590a1;--line:#222731;--held-out:#35d0b0;--steer:#b4a0ff;--right:#6db1ff;--wrong:#f59a4c;--alert:#ff7a86;--cell-1:#6db1ff;--cell-2:#f59a4c;--cell-3:#35d0b0;--cell-4:#c79bff;--cell-5:#e0c043;--cell-6:#ff7fb0;--cell-7:#9bd36b;--cell-8:#aab2c0;--cell-9:#5fd0f0;--cell-10:#e0a090}}
*{box-sizing:border-box;margin:0}
body{background:var(--ground);color:var(--ink);font:15px/1.55 Inter,"Segoe UI",system-ui,-apple-system,Roboto,sans-serif;font-variant-numeric:tabular-nums}
main{max-width:68rem;margin:0 auto;padding:3rem 1.5rem 5rem}
header p,.note{color:var(--faint)}
h1{font-size:2rem;line-height:1.2;letter-spacing:-.02em;font-weight:680}
h2{font-size:1.2rem;margin:3rem 0 1rem;padding-top:1rem;border-top:1px solid var(--line);font-weight:650;break-after:avoid}
h3{font-size:.85rem;font-weight:600;margin-bottom:.25rem}
h3 small{color:var(--faint);font-weight:400}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:1px;margin-top:2rem;background:var(--line);border:1px solid var(--line);border-radius:.5rem;overflow:hidden}
.figures div{background:var(--panel);padding:.9rem 1rem}
.figures b{display:block;white-space:nowrap;font-size:1.2rem;line-height:1.25;font-weight:650}
.figures span{color:var(--faint);font-size:.8rem}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(26rem,1fr));gap:1.5rem 2rem}
figure{break-inside:avoid;min-width:0}
svg{display:block;width:100%;height:auto}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin-bottom:1rem;font-size:.8rem;color:var(--faint)}
.legend i{display:inline-block;width:1.2rem;margin-right:.4rem;vertical-align:middle;border-top:2px solid var(--ink)}
.legend .h{border-color:var(--held-out)}.legend .s{border-color:var(--steer);border-top-style:dashed}.legend .g{border-color:var(--faint)}
.wide{overflow-x:auto}.wide+.note{margin-top:.75rem;font-size:.87rem}
table{border-collapse:collapse;width:100%;font-size:.87rem}
th,td{text-align:left;padding:.4rem .9rem .4rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--faint);font-weight:500;white-space:nowrap}
table.narrow{width:auto}table.narrow td{padding-right:1.75rem}
td.n,th.n{text-align:right;white-space:nowrap}
tr{break-inside:avoid}
.ci{color:var(--faint);font-size:.8rem}
.bar{display:inline-block;position:relative;width:8rem;height:.5rem;background:var(--line);border-radius:.25rem;vertical-align:middle}
.bar i{position:absolute;top:0;bottom:0;background:var(--held-out);opacity:.35;border-radius:.25rem}
.bar b{position:absolute;top:-.15rem;bottom:-.15rem;width:2px;background:var(--held-out)}
.bar.diff{background:linear-gradient(90deg,transparent calc(50% - .5px),var(--faint) 0 calc(50% + .5px),transparent 0),var(--line)}
.cells td{vertical-align:middle}.cells td:first-child{white-space:nowrap}
.dot{display:inline-block;width:.6rem;height:.6rem;border-radius:50%;margin-right:.5rem}
.sample{border:1px solid var(--line);border-radius:.5rem;margin-bottom:1rem;break-inside:avoid;overflow:hidden}
.sample header{display:flex;gap:1rem;justify-content:space-between;align-items:baseline;padding:.6rem 1rem;background:var(--panel);border-bottom:1px solid var(--line);font-size:.85rem}
.sample header>:first-child{overflow-wrap:anywhere}
.sample header span{color:var(--faint);white-space:nowrap}
pre{font:.82rem/1.5 ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre-wrap;overflow-wrap:anywhere;padding:.75rem 1rem}
code{font:.85em ui-monospace,Menlo,Consolas,monospace}
.person{color:var(--steer)}.alert{color:var(--alert)}
details summary{cursor:pointer;color:var(--faint)}
footer{margin-top:4rem;color:var(--faint);font-size:.8rem}
@media(max-width:40rem){.charts{grid-template-columns:1fr}main{padding:1.5rem 1rem 3rem}}
@media print{@page{margin:16mm}main{max-width:none;padding:0}body{font-size:10.5pt}.charts{grid-template-columns:1fr 1fr}}
`
