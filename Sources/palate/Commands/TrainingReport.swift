import ArgumentParser
import Evaluation
import Foundation

enum ReportFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json

    /// Prints a report as text, or as one line of JSON.
    func write(_ report: some Encodable, text: @autoclosure () -> String) throws {
        switch self {
        case .text: Swift.print(text())
        case .json: Swift.print(try report.json())
        }
    }
}

/// What `train` and `evaluate` say at the end; as JSON, one object by the names of the command-line contract.
struct TrainingReport: Encodable {
    let recipe: String
    let `protocol`: String
    let users: Int
    let items: Int
    let interactions: Int
    let readSeconds: Double
    let trainingSeconds: Double
    let evaluationSeconds: Double
    let peakMemoryBytes: Int
    /// What training said at its start that it may allocate; nil when it did not say.
    var announcedMemoryBytes: Double?
    let metrics: [String: Double]

    func print(as format: ReportFormat) throws {
        switch format {
        case .text: Swift.print(text)
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            Swift.print(String(decoding: try encoder.encode(self), as: UTF8.self))
        }
    }

    var text: String {
        var lines = [
            "\(recipe), protocol \(self.protocol)",
            "\(interactions) interactions of \(users) users with \(items) items",
            String(
                format: "read %.2f s, trained %.2f s, evaluated %.2f s, peak memory %.0f MiB", readSeconds,
                trainingSeconds, evaluationSeconds, Double(peakMemoryBytes) / 1_048_576)
                + (announcedMemoryBytes.map { String(format: ", announced %.0f MiB", $0 / 1_048_576) } ?? ""),
        ]
        guard !metrics.isEmpty else { return lines.joined(separator: "\n") }
        lines.append("")
        lines.append(contentsOf: table)
        lines.append(contentsOf: coldStartTable)
        return lines.joined(separator: "\n")
    }

    /// Of protocol cold-start: what is known across, metrics down.
    private var coldStartTable: [String] {
        let parts = [
            ("no event", "given_0"), ("1 event", "given_1"), ("2 events", "given_2"), ("5 events", "given_5"),
            ("new items", "of_new_items"), ("among them", "among_new_items"),
        ].filter { part in metrics.keys.contains { $0.hasSuffix(part.1) } }
        guard !parts.isEmpty else { return [] }
        func padded(_ text: String) -> String { String(repeating: " ", count: max(12 - text.count, 1)) + text }
        let rows = [
            ("reciprocal rank @25", "mean_reciprocal_rank_at_25"), ("NDCG, standard form @10", "standard_ndcg_at_10"),
            ("recall @10", "recall_at_10"), ("recall @50", "recall_at_50"),
        ]
        return ["", String(repeating: " ", count: 28) + parts.map { padded($0.0) }.joined()]
            + rows.map { title, name in
                title.padding(toLength: 28, withPad: " ", startingAt: 0)
                    + parts.map { padded(metrics["\(name)_\($0.1)"].map { String(format: "%.4f", $0) } ?? "") }.joined()
            }
    }

    /// Cutoffs across, metrics down; both forms of the gain one above the other.
    private var table: [String] {
        let cutoffs = [5, 10, 20, 25, 50, 100]
        func padded(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(width - text.count, 0)) + text
        }
        let rows: [(String, String)] = [
            ("precision", "precision_at_"),
            ("reciprocal rank", "mean_reciprocal_rank_at_"),
            ("NDCG, managed service's form", "normalized_discounted_cumulative_gain_at_"),
            ("NDCG, standard form", "standard_ndcg_at_"),
            ("recall", "recall_at_"),
        ]
        var lines = [
            String(repeating: " ", count: 28) + cutoffs.map { padded("@\($0)", 9) }.joined()
        ]
        for (title, prefix) in rows {
            let cells = cutoffs.map { cutoff in
                padded(metrics["\(prefix)\(cutoff)"].map { String(format: "%.4f", $0) } ?? "", 9)
            }
            lines.append(title.padding(toLength: 28, withPad: " ", startingAt: 0) + cells.joined())
        }
        if let coverage = metrics["coverage"] {
            lines.append(
                "coverage".padding(toLength: 28, withPad: " ", startingAt: 0)
                    + padded(String(format: "%.4f", coverage), 9))
        }
        return lines
    }
}
