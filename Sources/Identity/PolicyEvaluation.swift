/// One question to a policy: may this principal do this to that?
package struct AccessQuestion: Sendable {
    package enum Principal: Sendable, Equatable {
        /// The owner of the policy itself, for policies that name no principal.
        case holder
        /// For example `personalize.amazonaws.com`.
        case service(String)
        case role(arn: String)
    }

    package var principal: Principal
    /// For example `s3:GetObject`.
    package var action: String
    package var resource: String
    /// The request's context by condition key, for example `aws:SourceAccount`.
    package var context: [String: String]

    package init(principal: Principal, action: String, resource: String, context: [String: String] = [:]) {
        self.principal = principal
        self.action = action
        self.resource = resource
        self.context = context
    }
}

package enum PolicyDecision: Sendable, Equatable {
    case allowed
    /// No statement speaks of it.
    case notMentioned
    /// A statement denies it, which no other can lift.
    case denied
}

extension PolicyDocument {
    package func decide(_ question: AccessQuestion) -> PolicyDecision {
        PolicyDecision.combined(statements.map { $0.decide(question) })
    }
}

extension PolicyDecision {
    package static func combined(_ decisions: some Sequence<PolicyDecision>) -> PolicyDecision {
        var combined = PolicyDecision.notMentioned
        for decision in decisions {
            if decision == .denied { return .denied }
            if decision == .allowed { combined = .allowed }
        }
        return combined
    }
}

extension PolicyStatement {
    func decide(_ question: AccessQuestion) -> PolicyDecision {
        guard matchesPrincipal(question.principal),
            Self.selects(actions, question.action, ignoringCase: true),
            resources.map({ Self.selects($0, question.resource, ignoringCase: false) }) ?? true
        else { return .notMentioned }
        switch conditionsHold(question.context) {
        case true?: return effect == .allow ? .allowed : .denied
        case false?: return .notMentioned
        // A condition that is not understood never opens a door. Nor may it be taken for fulfilled in a refusal, which
        // would close doors that its author left open.
        case nil: return .notMentioned
        }
    }

    private static func selects(_ selection: Selection, _ value: String, ignoringCase: Bool) -> Bool {
        switch selection {
        case .only(let patterns):
            patterns.contains { WildcardPattern.matches($0, value, ignoringCase: ignoringCase) }
        case .allBut(let patterns):
            !patterns.contains { WildcardPattern.matches($0, value, ignoringCase: ignoringCase) }
        }
    }

    private func matchesPrincipal(_ principal: AccessQuestion.Principal) -> Bool {
        switch principals {
        case nil: return principal == .holder
        case .everyone: return true
        case .only(let kinds): return Self.names(kinds, principal)
        case .allBut(let kinds): return !Self.names(kinds, principal)
        }
    }

    private static func names(_ kinds: [String: [String]], _ principal: AccessQuestion.Principal) -> Bool {
        switch principal {
        case .holder: return false
        case .service(let name):
            // `"AWS": "*"` is the same as everyone, services among them.
            return kinds["Service", default: []].contains { $0 == name || $0 == "*" }
                || kinds["AWS", default: []].contains("*")
        case .role(let arn):
            let account = arn.split(separator: ":", omittingEmptySubsequences: false).dropFirst(4).first ?? ""
            return kinds["AWS", default: []].contains { named in
                named == "*" || named == arn || (!account.isEmpty && named == account)
                    || named == "arn:aws:iam::\(account):root"
            }
        }
    }

    /// Nil when a comparison is not known here.
    private func conditionsHold(_ context: [String: String]) -> Bool? {
        var context = context
        for (key, value) in context { context[key.lowercased()] = value }
        var hold = true
        for condition in conditions {
            guard let comparison = ConditionComparison(condition.comparison) else { return nil }
            if !comparison.holds(context[condition.key.lowercased()], condition.values) { hold = false }
        }
        return hold
    }
}

/// A condition operator ("IAM JSON policy elements: Condition operators"), of those that compare text.
struct ConditionComparison {
    private enum Kind { case equals, equalsIgnoringCase, like, boolean, isNull }

    private let kind: Kind
    private let isNegated: Bool
    private let ifExists: Bool

    init?(_ name: String) {
        let suffix = "IfExists"
        ifExists = name.hasSuffix(suffix)
        switch ifExists ? String(name.dropLast(suffix.count)) : name {
        case "StringEquals": (kind, isNegated) = (.equals, false)
        case "StringNotEquals": (kind, isNegated) = (.equals, true)
        case "StringEqualsIgnoreCase": (kind, isNegated) = (.equalsIgnoringCase, false)
        case "StringNotEqualsIgnoreCase": (kind, isNegated) = (.equalsIgnoringCase, true)
        case "StringLike", "ArnLike", "ArnEquals": (kind, isNegated) = (.like, false)
        case "StringNotLike", "ArnNotLike", "ArnNotEquals": (kind, isNegated) = (.like, true)
        case "Bool": (kind, isNegated) = (.boolean, false)
        case "Null": (kind, isNegated) = (.isNull, false)
        default: return nil
        }
    }

    func holds(_ actual: String?, _ values: [String]) -> Bool {
        if kind == .isNull {
            return values.contains { ($0.lowercased() == "true" || $0 == "1") == (actual == nil) }
        }
        guard let actual else { return ifExists || isNegated }
        let matched = values.contains { value in
            switch kind {
            case .equals: value == actual
            case .equalsIgnoringCase: value.lowercased() == actual.lowercased()
            case .like: WildcardPattern.matches(value, actual)
            // A JSON true reads as 1.
            case .boolean: Self.truth(value) == Self.truth(actual)
            case .isNull: false
            }
        }
        return matched != isNegated
    }

    private static func truth(_ text: String) -> Bool { text.lowercased() == "true" || text == "1" }
}
