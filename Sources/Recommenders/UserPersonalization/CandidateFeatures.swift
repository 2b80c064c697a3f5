import Foundation
import LinearAlgebra

/// What is known of the items that may come next, in numbers that ``ListwiseRegression`` weighs.
///
/// Each component gives its score relative to the tenth best of the candidates, as it is and as a logarithm. Beside them
/// stand what the item is like for everybody (users, and how those are spread over time and over histories) and how that
/// fits the history: where the history stands in time and length, and what its newest items were like.
struct CandidateFeatures: Sendable {
    /// Names that go into what training reports, in the order of the features.
    let names: [String]
    let hasContent: Bool
    private let side: Side

    static let componentNames = [
        "ridge", "newest_ridge", "ease", "newest_ease", "whole_ease", "nearby", "newest_item", "horizon",
    ]
    private static let itemNames = [
        "users", "users_by_length", "lift_now", "unborn", "age", "users_fit", "stage_fit", "moment_fit", "age_fit",
        "moment_distance", "ridge_by_length", "whole_ease_by_length", "ridge_by_lack", "whole_ease_by_lack",
        "nearby_by_lack",
    ]
    private static let contentNames = ["content", "content_log", "cold", "cold_content"]

    /// The feature that orders candidates as the blend does.
    static let blendFeature = 0

    var count: Int { names.count }

    /// Those that say what components say: they never count against a candidate.
    static let supporting = Set(0...(2 * componentNames.count))

    init(hasContent: Bool, side: Side = Side()) {
        self.hasContent = hasContent
        self.side = side
        names =
            ["blend"] + Self.componentNames.flatMap { [$0, $0 + "_log"] } + Self.itemNames
            + (hasContent ? Self.contentNames : []) + side.names
    }

    /// What is read of ``SideInformation``.
    struct Side: Sendable, Equatable {
        var userColumns: [String] = []
        var contextColumns: [String] = []
        var hasValues = false
        var hasAcceptances = false

        fileprivate var names: [String] {
            userColumns.map { "user_\($0)" } + contextColumns.map { "context_\($0)" }
                + (hasValues ? ["value", "valued_taste"] : []) + (hasAcceptances ? ["acceptance"] : [])
        }
    }

    /// Candidates and what the components say of them, candidate by candidate.
    struct Candidates: Sendable {
        var items: [UInt32]
        var blend: [Float]
        /// By ``CandidateFeatures/componentNames``.
        var components: [[Float]]
        /// Likeness to the history's profile; empty without content.
        var content: [Float]
        /// What the history lacks, see ``ItemComponents/lack(of:wholeEase:unmet:)``.
        var lack: Float = 0
        /// Further features, each of all candidates, in the order of their names.
        var side: [[Float]] = []
    }

    /// Newest items of a history whose nature is compared with a candidate's.
    private static let newest = 20
    /// The logarithm of a usual length, so that what depends on the length is near 0 for it.
    private static let usualLogLength = log1pf(30)

    /// Rows of features, candidate by candidate.
    ///
    /// - Parameter now: The moment at which the list is wanted, see ``ItemMoments``.
    func rows(
        _ candidates: Candidates, recent: RecentItems, now: Float, components: ItemComponents, moments: ItemMoments
    ) -> [Float] {
        let newest = Nature(recent.items.prefix(Self.newest), now: now, components, moments)
        let stage = log1pf(Float(recent.entries.count))
        let length = (stage - Self.usualLogLength) / 2
        let scales = candidates.components.map(Self.scale)
        let blendScale = Self.scale(candidates.blend)
        let contentScale = Self.scale(candidates.content)
        var rows: [Float] = []
        rows.reserveCapacity(candidates.items.count * count)
        for (index, item) in candidates.items.enumerated() {
            rows.append(Self.logarithm(candidates.blend[index] / blendScale))
            var logarithms: [Float] = []
            for (component, scale) in zip(candidates.components, scales) {
                let relative = component[index] / scale
                logarithms.append(Self.logarithm(relative))
                rows.append(min(max(relative, -2), 6))
                rows.append(logarithms[logarithms.count - 1])
            }
            let users = log1pf(components.userCounts[Int(item)])
            let known = moments.items[Int(item)]
            let position = components.selection.position(of: item)
            let age = Nature.logAge(known.birth, now: now)
            rows.append(users)
            rows.append(users * length)
            rows.append(position.map { moments.lift(position: Int($0), at: now) } ?? 0)
            rows.append(known.birth.isNaN ? .nan : known.birth > now ? 1 : 0)
            rows.append(age)
            rows.append(-abs(users - newest.users))
            rows.append(Self.logDensity(stage, known.stage, known.stageVariance))
            rows.append(Self.logDensity(now, known.moment, known.momentVariance))
            rows.append(-abs(age - newest.age))
            rows.append(-abs(known.moment - newest.moment))
            rows.append(logarithms[0] * length)
            rows.append(logarithms[4] * length)
            for component in [0, 4, 5] { rows.append(logarithms[component] * candidates.lack) }
            if hasContent {
                let content = candidates.content[index]
                let cold: Float = components.userCounts[Int(item)] == 0 ? 1 : 0
                rows.append(content)
                rows.append(Self.logarithm(content / contentScale))
                rows.append(cold)
                rows.append(cold * content)
            }
            for values in candidates.side { rows.append(values[index]) }
        }
        return rows
    }

    /// The tenth best, or what stands for it where hardly anything is said.
    static func scale(_ values: [Float]) -> Float {
        let best = topIndices(of: values, count: 10)
        guard let first = best.first, let last = best.last, values[first] > 0 else { return 1 }
        return max(values[last], values[first] / 20, 1e-9)
    }

    private static func logarithm(_ relative: Float) -> Float { logf(max(relative, 0) + 0.05) }

    private static func logDensity(_ value: Float, _ mean: Float, _ variance: Float) -> Float {
        max(-(value - mean) * (value - mean) / (2 * variance) - logf(variance) / 2, -10)
    }
}

/// What the newest items of a history are like.
private struct Nature {
    var users: Float = 0
    var age: Float = 0
    var moment: Float = 0

    init(_ items: ArraySlice<UInt32>, now: Float, _ components: ItemComponents, _ moments: ItemMoments) {
        var known: Float = 0
        for item in items where !moments.items[Int(item)].birth.isNaN {
            users += log1pf(components.userCounts[Int(item)])
            age += Self.logAge(moments.items[Int(item)].birth, now: now)
            moment += moments.items[Int(item)].moment
            known += 1
        }
        if known == 0 { known = .nan }
        users /= known
        age /= known
        moment /= known
    }

    static func logAge(_ birth: Float, now: Float) -> Float {
        birth.isNaN ? .nan : logf(max(now - birth, 0) + 0.003)
    }
}
