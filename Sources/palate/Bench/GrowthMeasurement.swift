import Foundation
import Recommenders

/// How the time and memory of one recipe's training grow with the size of the data.
struct GrowthMeasurement: Codable, Sendable {
    /// What is varied while the rest stays.
    enum Axis: String, Codable, CaseIterable, Sendable {
        case users, items, interactions
    }

    struct Growth: Codable, Sendable {
        let axis: Axis
        /// In ascending order.
        let runs: [MeasuredTraining]
        let processorSeconds: PowerLaw?
        let peakBytes: PowerLaw?

        init(_ axis: Axis, _ runs: [MeasuredTraining]) {
            self.axis = axis
            self.runs = runs
            processorSeconds = PowerLaw(runs.map { (axis.of($0.size), $0.processorSeconds) })
            peakBytes = PowerLaw(runs.map { (axis.of($0.size), Double($0.peakBytes)) })
        }
    }

    let recipe: String
    /// The catalogue of which one size at a time is another.
    let middle: MeasuredTraining.Size
    let growth: [Growth]

    /// - Parameter factors: Of one size of `base` at a time, ascending, with 1 among them.
    init(
        _ algorithm: Algorithm, base: MeasuredTraining.Size, factors: [Double], hyperparameters: [String: String],
        seed: UInt64
    ) throws {
        func train(_ size: MeasuredTraining.Size) throws -> MeasuredTraining {
            try MeasuredTraining.inChild(
                algorithm.rawValue, hyperparameters: hyperparameters, size: size, seed: seed)
        }
        let trained = try train(base)
        recipe = algorithm.rawValue
        middle = base
        growth = try Axis.allCases.map { axis in
            Growth(axis, try factors.map { $0 == 1 ? trained : try train(axis.scaled(base, by: $0)) })
        }
    }

    /// The exponents as cells of a table: time, then memory, for each axis.
    var cells: [String] {
        [\Growth.processorSeconds, \Growth.peakBytes].flatMap { law in
            growth.map { growth in growth[keyPath: law].map { String(format: "%.2f", $0.exponent) } ?? "" }
        }
    }

    var plot: LogLogPlot {
        func lines(_ value: (MeasuredTraining) -> Double) -> [LogLogPlot.Line] {
            growth.map { growth in
                let base = growth.axis.of(middle)
                return LogLogPlot.Line(
                    name: growth.axis.rawValue,
                    points: growth.runs.map { (growth.axis.of($0.size) / base, value($0)) })
            }
        }
        return LogLogPlot(
            title: recipe,
            panels: [
                .init(
                    title: "seconds of training, all cores", xLabel: "times the size of the middle",
                    lines: lines(\.processorSeconds)),
                .init(
                    title: "memory beside the data, MiB", xLabel: "times the size of the middle",
                    lines: lines { Double($0.peakBytes) / 1_048_576 }),
            ])
    }
}

extension GrowthMeasurement.Axis {
    func of(_ size: MeasuredTraining.Size) -> Double {
        switch self {
        case .users: Double(size.users)
        case .items: Double(size.items)
        case .interactions: Double(size.interactions)
        }
    }

    func scaled(_ size: MeasuredTraining.Size, by factor: Double) -> MeasuredTraining.Size {
        func scaled(_ count: Int) -> Int { max(Int((Double(count) * factor).rounded()), 1) }
        var size = size
        switch self {
        case .users: size.users = scaled(size.users)
        case .items: size.items = scaled(size.items)
        case .interactions: size.interactions = scaled(size.interactions)
        }
        return size
    }
}
