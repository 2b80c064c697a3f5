import Datasets

/// How a training run says what memory it takes: before it takes any, as a bound that it stays below.
///
/// The bound counts what is allocated beyond the interactions and metadata that the run is given. Every run holds the events
/// by user, see ``UserHistories``; they are counted once, by ``Algorithm/train(on:hyperparameters:options:)``, and an
/// algorithm announces only what it takes beside them. An algorithm that can do with less, such as one that covers fewer
/// items in closed form, takes as much as ``TrainingOptions/effectiveMemoryLimit`` allows and announces that.
extension TrainingOptions {
    /// The name of the measurement in which the bound is reported, in bytes.
    package static let memoryMeasurement = "memory_bytes"

    /// Announces what an algorithm takes beside the events by user, before it takes it.
    ///
    /// - Parameters:
    ///   - bytes: At the peak.
    ///   - measurements: What else is known by then.
    /// - Throws: ``TrainingError/insufficientMemory(needed:limit:alternative:)``, `CancellationError`.
    package func announce(
        memory bytes: Int, at fraction: Double = 0.01, measurements: [String: Double] = [:]
    ) throws {
        guard bytes <= effectiveMemoryLimit else {
            let (needed, overflow) = bytes.addingReportingOverflow(heldMemory)
            throw TrainingError.insufficientMemory(
                needed: overflow ? .max : needed, limit: effectiveMemoryLimit + heldMemory, alternative: nil)
        }
        try advance(
            to: fraction, "planning",
            measurements: measurements.merging([Self.memoryMeasurement: Double(bytes)]) { $1 })
    }

    /// The same options for what is trained beside something that takes `bytes` already.
    func holding(_ bytes: Int) throws(TrainingError) -> TrainingOptions {
        let limit = memoryLimit ?? Self.defaultMemoryLimit
        guard bytes <= limit else {
            let (needed, overflow) = bytes.addingReportingOverflow(heldMemory)
            throw .insufficientMemory(needed: overflow ? .max : needed, limit: limit + heldMemory, alternative: nil)
        }
        var options = self
        options.memoryLimit = limit - bytes
        options.heldMemory += bytes
        let report = progress
        options.progress = { progress in
            var whole = progress
            if let own = progress.measurements[Self.memoryMeasurement] {
                whole.measurements[Self.memoryMeasurement] = own + Double(bytes)
            }
            report(whole)
        }
        return options
    }
}

extension UserHistories {
    /// The most that making them takes.
    static func memory(of interactions: Interactions) -> Int {
        let columns =
            12 + (interactions.eventTypeIndices == nil ? 0 : 2) + (interactions.eventValues == nil ? 0 : 4)
        return (8 + columns) * interactions.count + 16 * (interactions.users.count + 1)
    }

    /// Events of the user with most.
    var longest: Int {
        zip(offsets, offsets.dropFirst()).reduce(0) { max($0, $1.1 - $1.0) }
    }

    /// Events of so many users together, at most.
    func events(ofUsers count: Int) -> Int {
        zip(offsets, offsets.dropFirst()).map { $1 - $0 }.sorted(by: >).prefix(count).reduce(0, +)
    }
}

extension Algorithm {
    /// The first recipe that recommends for the same subject and would fit; nil when none does.
    func alternative(for histories: UserHistories, itemCount: Int, options: TrainingOptions) -> Algorithm? {
        let candidates: [Algorithm] =
            switch subject {
            case .user, .userOrItem: [.als, .itemKNN, .popularity]
            case .item: [.similarItems, .popularity]
            case .everybody: [.popularity]
            }
        return candidates.first { candidate in
            guard candidate != self,
                let bytes = candidate.leastMemory(for: histories, itemCount: itemCount, threads: options.threads)
            else { return false }
            return bytes <= options.effectiveMemoryLimit
        }
    }

    /// What a training with the default hyperparameters needs at least; nil where that takes more than sizes to tell.
    private func leastMemory(for histories: UserHistories, itemCount: Int, threads: Int) -> Int? {
        switch self {
        case .popularity: Popularity.memory(itemCount: itemCount)
        case .als:
            (try? ImplicitALS.Hyperparameters()).map {
                ImplicitALS.memory(histories, itemCount: itemCount, $0, threads: threads)
            }
        case .itemKNN, .similarItems:
            ItemNeighbours.Plan(histories, itemCount: itemCount, neighbours: 1, limit: .max, threads: threads).bytes
        default: nil
        }
    }
}

/// A number of bytes as people write it: `1.5 GiB`.
package func memoryText(_ bytes: Int) -> String {
    var value = Double(bytes)
    for unit in ["bytes", "KiB", "MiB", "GiB"] {
        if value < 1024 { return "\(rounded(value)) \(unit)" }
        value /= 1024
    }
    return "\(rounded(value)) TiB"
}

/// To one decimal below 10, else whole.
private func rounded(_ value: Double) -> String {
    let tenths = (value * 10).rounded()
    guard tenths < 100, tenths.truncatingRemainder(dividingBy: 10) != 0 else { return "\(Int(value.rounded()))" }
    return "\(tenths / 10)"
}
