/// How the page of a comparison looks, in light and in dark.
enum ComparisonStyle {
    static let sheet = """
        \(ChartStyle.colours)
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
        svg { display: block; width: 100%; height: auto; }
        \(ChartStyle.sheet)
        ul { padding-left: 1.25rem; margin: 0; font-size: .9375rem; }
        @media print { body { background: #fff; } figure, .table { break-inside: avoid; } }
        """
}
