/// How the page of a comparison looks, in light and in dark.
enum ComparisonStyle {
    static let sheet = """
        :root {
          --paper: #fbfaf8; --card: #ffffff; --ink: #1d1c1a; --soft: #5d5a54; --rule: #dcd8d0;
          --bar: #9aa7b5; --best: #b3471d; --tint: #fbece4;
          --l0: #0b62a4; --l1: #b3471d; --l2: #1b7a4b; --l3: #8a3f97; --l4: #9a6b00; --l5: #00727f; --l6: #b02a5b; --l7: #4d4d4d;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --paper: #161719; --card: #1f2124; --ink: #eceae6; --soft: #a9a59d; --rule: #3a3c40;
            --bar: #6d7a88; --best: #ff9a6b; --tint: #38271f;
            --l0: #6fb7f2; --l1: #ff9a6b; --l2: #6bcf9b; --l3: #d59ae0; --l4: #e6b94f; --l5: #5fced9; --l6: #ff8fb4; --l7: #c9c9c9;
          }
        }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--paper); color: var(--ink);
          font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
        main { max-width: 1180px; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
        h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .5rem; }
        h2 { font-size: 1.2rem; margin: 2.5rem 0 .75rem; }
        p { margin: 0 0 .5rem; }
        .lead { color: var(--soft); max-width: 70ch; }
        .note { color: var(--soft); font-size: .875rem; max-width: 90ch; }
        .verdict { background: var(--tint); border-left: 4px solid var(--best); border-radius: 4px;
          padding: 1rem 1.25rem; margin: 1.5rem 0 0; }
        .verdict .name { font-size: 1.2rem; }
        .verdict .note { margin: 0; }
        .table { overflow-x: auto; background: var(--card); border: 1px solid var(--rule); border-radius: 6px;
          margin-bottom: .75rem; }
        .table:focus-visible { outline: 2px solid var(--best); outline-offset: 2px; }
        table { border-collapse: collapse; width: 100%; font-size: .8125rem; font-variant-numeric: tabular-nums; }
        th, td { padding: .45rem .35rem; text-align: right; white-space: nowrap; }
        th:first-child { text-align: left; }
        thead th { color: var(--soft); font-weight: 600; white-space: normal; vertical-align: bottom; border-bottom: 1px solid var(--rule); }
        tbody th { font-weight: 500; }
        tbody tr + tr > * { border-top: 1px solid var(--rule); }
        tr.best > * { background: var(--tint); font-weight: 600; }
        .mark-best { color: var(--best); font-size: .75rem; font-weight: 600; display: block; }
        .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(430px, 100%), 1fr)); gap: 1rem; }
        .wide { display: grid; gap: 1rem; margin-bottom: 1rem; }
        figure { margin: 0; background: var(--card); border: 1px solid var(--rule); border-radius: 6px;
          padding: .9rem 1rem 1rem; min-width: 0; }
        figcaption { font-weight: 600; margin-bottom: .5rem; }
        figcaption::first-letter { text-transform: uppercase; }
        svg { display: block; width: 100%; height: auto; font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; }
        svg text { fill: var(--ink); }
        svg .tick { fill: var(--soft); }
        svg .strong { font-weight: 700; fill: var(--best); }
        svg .value { font-variant-numeric: tabular-nums; }
        .bar, .dot { fill: var(--bar); }
        .bar.best, .dot.best { fill: var(--best); }
        .grid { stroke: var(--rule); }
        .axis { stroke: var(--soft); }
        .line { fill: none; stroke-width: 2; }
        .look0 { stroke: var(--l0); } .look1 { stroke: var(--l1); stroke-dasharray: 7 3; }
        .look2 { stroke: var(--l2); stroke-dasharray: 2 3; } .look3 { stroke: var(--l3); stroke-dasharray: 9 3 2 3; }
        .look4 { stroke: var(--l4); stroke-dasharray: 12 4; } .look5 { stroke: var(--l5); stroke-dasharray: 4 2; }
        .look6 { stroke: var(--l6); stroke-dasharray: 1 2; } .look7 { stroke: var(--l7); stroke-dasharray: 14 3 3 3; }
        .mark { fill: var(--card); stroke-width: 1.5; stroke-dasharray: none; }
        ul { padding-left: 1.25rem; margin: 0; font-size: .9375rem; }
        @media print { body { background: #fff; } figure, .table { break-inside: avoid; } }
        """
}
