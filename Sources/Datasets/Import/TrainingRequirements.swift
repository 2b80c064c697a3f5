/// A documented condition of training that interactions do not meet.
public struct TrainingRequirementViolation: Sendable, Hashable, CustomStringConvertible {
    public enum Requirement: Sendable, Hashable {
        case interactions
        case usersWithSeveralInteractions
        case shareOfUsersWithSeveralInteractions
    }

    public let requirement: Requirement
    public let description: String

    public init(_ requirement: Requirement, _ description: String) {
        self.requirement = requirement
        self.description = description
    }
}

extension Interactions {
    /// The conditions that training asks for and these interactions, taken as already filtered, do not meet.
    ///
    /// Source: "Amazon Personalize endpoints and quotas", table "Service quotas". O(events).
    public func trainingRequirements(_ limits: DatasetLimits = .documented) -> [TrainingRequirementViolation] {
        var violations: [TrainingRequirementViolation] = []
        let distinct = distinctCount(upTo: limits.minimumTrainingInteractions)
        if distinct < limits.minimumTrainingInteractions {
            violations.append(
                TrainingRequirementViolation(
                    .interactions,
                    "There are \(distinct) distinct interactions, but training needs at least "
                        + "\(limits.minimumTrainingInteractions)."))
        }
        var counts = Array(repeating: 0, count: users.count)
        for user in userIndices where Int(user) < counts.count { counts[Int(user)] += 1 }
        let active = counts.count { $0 > 0 }
        let returning = counts.count { $0 >= limits.minimumInteractionsPerUser && $0 > 0 }
        if returning < limits.minimumTrainingUsers {
            violations.append(
                TrainingRequirementViolation(
                    .usersWithSeveralInteractions,
                    "There are \(returning) users with at least \(limits.minimumInteractionsPerUser) interactions each, "
                        + "but training needs at least \(limits.minimumTrainingUsers)."))
        }
        if active > 0, Double(returning) / Double(active) * 100 < limits.minimumTrainingUserPercentage {
            violations.append(
                TrainingRequirementViolation(
                    .shareOfUsersWithSeveralInteractions,
                    "Only \(returning) of \(active) users have at least \(limits.minimumInteractionsPerUser) "
                        + "interactions, but training needs \(limits.minimumTrainingUserPercentage)%."))
        }
        return violations
    }

    private func distinctCount(upTo maximum: Int) -> Int {
        struct Event: Hashable {
            let user, item: UInt32
            let timestamp: Int64
            let type: UInt16
        }
        var seen: Set<Event> = []
        for row in userIndices.indices {
            if seen.count >= maximum { break }
            seen.insert(
                Event(
                    user: userIndices[row], item: itemIndices[row], timestamp: timestamps[row],
                    type: eventTypeIndices?[row] ?? .max))
        }
        return seen.count
    }
}
