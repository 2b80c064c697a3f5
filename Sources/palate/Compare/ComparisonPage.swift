import Evaluation
import Foundation
import Recommenders

/// A comparison as one HTML file that needs nothing else: no scripts, no fonts, no pictures from elsewhere.
struct ComparisonPage {
    let report: ComparisonReport

    var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>Recipes compared on \(Markup.escaped(report.file))</title>
        <style>
        \(ComparisonStyle.sheet)
        </style>
        </head>
        <body>
        <main>
        <h1>Recipes compared</h1>
        <p class="lead">\(summary)</p>
        \(verdict)
        <h2>Figures</h2>
        \(table)
        <p class="note">\(Markup.escaped(ComparisonReport.legend))</p>
        <h2>Quality and cost</h2>
        <div class="wide">
        \(scatter)
        </div>
        <div class="charts">
        \(bars)
        </div>
        \(curves)
        \(skipped)
        </main>
        </body>
        </html>

        """
    }

    private var best: String? { report.choice?.recipe }

    private var summary: String {
        Markup.escaped(
            "\(report.file): \(report.interactions) interactions of \(report.users) users with \(report.items) items. "
                + "\(report.division.prefix(1).uppercased())\(report.division.dropFirst()); averages over "
                + "\(report.testUsers) test users.")
    }

    private var verdict: String {
        guard let choice = report.choice else { return "" }
        return """
            <section class="verdict" aria-label="Best choice">
            <p class="name">Best choice: <strong>\(Markup.escaped(choice.recipe))</strong></p>
            <p>\(Markup.escaped(choice.reason))</p>
            <p class="note">\(Markup.escaped(ComparisonReport.rule)) Main metric: \
            \(Markup.escaped(MetricTitle.text(of: report.metric))).</p>
            </section>
            """
    }

    private var table: String {
        let columns = report.columns
        let head = columns.map { #"<th scope="col">\#(Markup.escaped($0.title))</th>"# }.joined()
        let rows = report.recipes.map { recipe in
            let cells = columns.map { "<td>\(Markup.escaped($0.text(recipe)))</td>" }.joined()
            let isBest = recipe.name == best
            let mark = isBest ? #" <span class="mark-best">best choice</span>"# : ""
            return
                #"<tr\#(isBest ? #" class="best""# : "")><th scope="row">\#(Markup.escaped(recipe.name))\#(mark)</th>"#
                + cells + "</tr>"
        }
        return """
            <div class="table" role="region" aria-label="Figures of each recipe" tabindex="0">
            <table>
            <thead><tr><th scope="col">recipe</th>\(head)</tr></thead>
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody>
            </table>
            </div>
            """
    }

    private var scatter: String {
        let title = MetricTitle.text(of: report.metric)
        return ScatterChart(
            title: "\(title) against seconds of training", identifier: "scatter",
            across: "seconds of training (logarithmic)", up: title,
            points: report.recipes.map {
                .init(
                    label: $0.name, x: max($0.trainingSeconds, 0.001), y: $0.metrics[report.metric] ?? 0,
                    isBest: $0.name == best)
            }
        ).markup
    }

    private var bars: String {
        let metrics = report.shownMetrics.enumerated().map { index, metric in
            chart(MetricTitle.text(of: metric), "metric\(index)") { recipe in
                let value = recipe.metrics[metric] ?? 0
                return (value, String(format: "%.4f", value))
            }
        }
        let costs = [
            chart("Training", "training") { ($0.trainingSeconds, ComparisonReport.seconds($0.trainingSeconds)) },
            chart("Scoring one history, median", "scoring") { recipe in
                recipe.latency.map { ($0.medianSeconds, ComparisonReport.milliseconds($0.medianSeconds)) } ?? (0, "–")
            },
            chart("Model on disk", "model") {
                (Double($0.modelBytes), ComparisonReport.size(Double($0.modelBytes)))
            },
        ]
        return (metrics + costs).joined(separator: "\n")
    }

    private func chart(
        _ title: String, _ identifier: String, _ value: (ComparedRecipe) -> (Double, String)
    ) -> String {
        BarChart(
            title: title, identifier: identifier,
            bars: report.recipes.map { recipe in
                let (number, text) = value(recipe)
                return .init(label: recipe.name, value: number, text: text, isBest: recipe.name == best)
            }
        ).markup
    }

    /// One drawing for each figure of loss or validation that some recipe told more than once.
    private var curves: String {
        let names = Set(report.recipes.flatMap { $0.training.newest.keys })
            .filter(TrainingRecord.isCurve).sorted()
        let charts = names.enumerated().compactMap { index, name -> String? in
            let lines = report.recipes.compactMap { recipe -> LineChart.Line? in
                let points = recipe.training.series(of: name)
                return points.count > 1
                    ? LineChart.Line(label: recipe.name, points: points.map { (x: $0.seconds, y: $0.value) }) : nil
            }
            guard !lines.isEmpty else { return nil }
            let title = name.replacing("_", with: " ")
            return LineChart(
                title: title, identifier: "curve\(index)", across: "seconds of training", up: title, lines: lines
            ).markup
        }
        guard !charts.isEmpty else { return "" }
        return """
            <h2>Training</h2>
            <p class="note">What recipes told of loss and validation while they trained. Where a setting is searched for, \
            each point is one candidate, and the last is the one that was taken.</p>
            <div class="wide">
            \(charts.joined(separator: "\n"))
            </div>
            """
    }

    private var skipped: String {
        guard !report.skipped.isEmpty else { return "" }
        let entries = report.skipped.map {
            "<li><strong>\(Markup.escaped($0.recipe))</strong> \(Markup.escaped($0.reason))</li>"
        }
        return """
            <h2>Left out</h2>
            <ul>
            \(entries.joined(separator: "\n"))
            </ul>
            """
    }
}
