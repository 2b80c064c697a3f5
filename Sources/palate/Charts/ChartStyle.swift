/// How drawings look, in light and in dark.
enum ChartStyle {
    static let colours = """
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
        """

    static let sheet = """
        svg { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; }
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
        """
}
