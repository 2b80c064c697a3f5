/// An input with constraints on its members: lengths, ranges, patterns, enumerations and sizes.
package protocol Constrained {
    func checkConstraints(_ check: inout ConstraintCheck)
}

/// Collects what a request violates, with the path of each member, in the words of the managed service.
///
/// A path names list elements from 1: `solutionConfig.eventsConfig.eventParametersList.1.member.weight`.
package struct ConstraintCheck: Sendable {
    /// One violation each: `Value 'x' at 'name' failed to satisfy constraint: …`.
    package private(set) var violations: [String] = []
    private var path: [String] = []

    /// More than these are counted but not written out.
    private static let maximumShown = 20
    private static let maximumValueLength = 256

    package init() {}

    /// The message of the `InvalidInputException`; nil when nothing is violated.
    package var message: String? {
        violations.isEmpty ? nil : Self.message(for: violations)
    }

    static func message(for violations: [String]) -> String {
        let count = violations.count == 1 ? "1 validation error" : "\(violations.count) validation errors"
        return "\(count) detected: \(violations.prefix(maximumShown).joined(separator: "; "))"
    }

    package mutating func string(_ value: String?, at member: String? = nil, _ constraint: StringConstraint) {
        guard let value else { return }
        for failure in constraint.failures(of: value) {
            report(constraint.isSensitive ? nil : value, at: member, failure)
        }
    }

    /// An integer; without limits of its own it must still fit in 32 bits, the width of every integer of the model.
    package mutating func number(_ value: Int?, at member: String? = nil, min: Int? = nil, max: Int? = nil) {
        guard let value else { return }
        let min = min ?? Int(Int32.min)
        let max = max ?? Int(Int32.max)
        if value < min { report("\(value)", at: member, "Member must have value greater than or equal to \(min)") }
        if value > max { report("\(value)", at: member, "Member must have value less than or equal to \(max)") }
    }

    package mutating func number<Value: BinaryFloatingPoint & LosslessStringConvertible>(
        _ value: Value?, at member: String? = nil, min: Int? = nil, max: Int? = nil
    ) {
        guard let value else { return }
        if let min, !(value >= Value(min)) {
            report("\(value)", at: member, "Member must have value greater than or equal to \(min)")
        }
        if let max, !(value <= Value(max)) {
            report("\(value)", at: member, "Member must have value less than or equal to \(max)")
        }
    }

    package mutating func structure(_ value: (some Constrained)?, at member: String? = nil) {
        guard let value else { return }
        descend(to: member) { value.checkConstraints(&$0) }
    }

    /// The elements of a list that is too long are not looked at.
    package mutating func list<Element>(
        _ value: [Element]?, at member: String? = nil, min: Int? = nil, max: Int? = nil,
        element: (inout ConstraintCheck, Element) -> Void = { _, _ in }
    ) {
        guard let value, checkSize(value.count, at: member, min: min, max: max) else { return }
        descend(to: member) { check in
            for (index, item) in value.enumerated() {
                check.descend(to: "\(index + 1).member") { element(&$0, item) }
            }
        }
    }

    /// The entries of a map that is too large are not looked at.
    package mutating func map<Value>(
        _ value: [String: Value]?, at member: String? = nil, min: Int? = nil, max: Int? = nil,
        keys: StringConstraint? = nil, isSensitive: Bool = false,
        element: (inout ConstraintCheck, Value) -> Void = { _, _ in }
    ) {
        guard let value, checkSize(value.count, at: member, min: min, max: max) else { return }
        for (key, item) in value.sorted(by: { $0.key < $1.key }) {
            if let keys {
                let failures = keys.failures(of: key)
                if !failures.isEmpty {
                    report(
                        isSensitive ? nil : "{\(key)}", at: member,
                        "Map keys must satisfy constraint: [\(failures.joined(separator: ", "))]")
                    continue
                }
            }
            descend(to: member) { check in
                check.descend(to: "\(key).member") { element(&$0, item) }
            }
        }
    }

    private mutating func checkSize(_ count: Int, at member: String?, min: Int?, max: Int?) -> Bool {
        if let min, count < min { report("[]", at: member, "Member must have length greater than or equal to \(min)") }
        guard let max, count > max else { return true }
        report("[\(count) elements]", at: member, "Member must have length less than or equal to \(max)")
        return false
    }

    private mutating func descend(to member: String?, _ body: (inout ConstraintCheck) -> Void) {
        if let member { path.append(member) }
        body(&self)
        if member != nil { path.removeLast() }
    }

    private mutating func report(_ value: String?, at member: String?, _ constraint: String) {
        let place = (path + (member.map { [$0] } ?? [])).joined(separator: ".")
        var shown = "Value"
        if let value {
            let start = value.prefix(Self.maximumValueLength)
            shown += " '\(start)\(start.endIndex < value.endIndex ? "…" : "")'"
        }
        violations.append("\(shown) at '\(place)' failed to satisfy constraint: \(constraint)")
    }
}
