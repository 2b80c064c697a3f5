import Foundation

/// A policy as IAM and S3 write it ("IAM JSON policy elements reference").
package struct PolicyDocument: Sendable, Equatable {
    package var statements: [PolicyStatement]

    package init(statements: [PolicyStatement]) {
        self.statements = statements
    }

    /// Parses the JSON text. The error's text is fit for the person who wrote the policy.
    package init(parsing text: String) throws(PolicySyntaxError) {
        guard text.utf8.count <= 131_072 else { throw PolicySyntaxError("the policy is too long") }
        let value: Any
        do {
            value = try JSONSerialization.jsonObject(with: Data(text.utf8))
        } catch {
            throw PolicySyntaxError("the policy is not valid JSON")
        }
        guard let object = value as? [String: Any] else { throw PolicySyntaxError("the policy is not a JSON object") }
        if let version = object["Version"] {
            guard let version = version as? String, ["2012-10-17", "2008-10-17"].contains(version) else {
                throw PolicySyntaxError("the policy's Version is neither 2012-10-17 nor 2008-10-17")
            }
        }
        let raw: [Any]
        switch object["Statement"] {
        case let list as [Any]: raw = list
        case let single as [String: Any]: raw = [single]
        default: throw PolicySyntaxError("the policy has no Statement")
        }
        guard !raw.isEmpty else { throw PolicySyntaxError("the policy has no Statement") }
        var statements: [PolicyStatement] = []
        for item in raw {
            guard let fields = item as? [String: Any] else {
                throw PolicySyntaxError("a Statement is not a JSON object")
            }
            statements.append(try PolicyStatement(fields))
        }
        self.statements = statements
    }
}

package struct PolicySyntaxError: Error, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}

package struct PolicyStatement: Sendable, Equatable {
    package enum Effect: Sendable { case allow, deny }

    /// What an element and its `Not…` twin select.
    package enum Selection: Sendable, Equatable {
        case only([String])
        case allBut([String])
    }

    package enum Principals: Sendable, Equatable {
        case everyone
        /// By kind: `AWS`, `Service`, `Federated`, `CanonicalUser`.
        case only([String: [String]])
        case allBut([String: [String]])
    }

    package struct Condition: Sendable, Equatable {
        package var comparison: String
        package var key: String
        package var values: [String]
    }

    package var effect: Effect
    /// Nil in a policy that is attached to a role.
    package var principals: Principals?
    package var actions: Selection
    /// Nil in a trust policy.
    package var resources: Selection?
    package var conditions: [Condition]

    fileprivate init(_ fields: [String: Any]) throws(PolicySyntaxError) {
        let known: Set = [
            "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
        ]
        if let unknown = fields.keys.filter({ !known.contains($0) }).min() {
            throw PolicySyntaxError("a Statement has the unknown element \(unknown)")
        }
        switch fields["Effect"] as? String {
        case "Allow": effect = .allow
        case "Deny": effect = .deny
        default: throw PolicySyntaxError("a Statement's Effect is neither Allow nor Deny")
        }
        guard let actions = try Self.selection(fields, "Action") else {
            throw PolicySyntaxError("a Statement has neither Action nor NotAction")
        }
        self.actions = actions
        resources = try Self.selection(fields, "Resource")
        principals = try Self.principals(fields)
        conditions = try Self.conditions(fields["Condition"])
    }

    private static func texts(_ value: Any, of element: String) throws(PolicySyntaxError) -> [String] {
        if let text = value as? String { return [text] }
        guard let list = value as? [Any], let texts = list as? [String] else {
            throw PolicySyntaxError("\(element) is neither a string nor a list of strings")
        }
        return texts
    }

    private static func selection(_ fields: [String: Any], _ name: String) throws(PolicySyntaxError) -> Selection? {
        switch (fields[name], fields["Not\(name)"]) {
        case (nil, nil): return nil
        case (let value?, nil): return .only(try texts(value, of: name))
        case (nil, let value?): return .allBut(try texts(value, of: "Not\(name)"))
        default: throw PolicySyntaxError("a Statement has both \(name) and Not\(name)")
        }
    }

    private static func principals(_ fields: [String: Any]) throws(PolicySyntaxError) -> Principals? {
        func kinds(_ value: Any) throws(PolicySyntaxError) -> [String: [String]] {
            if let text = value as? String {
                guard text == "*" else { throw PolicySyntaxError("a Principal is neither * nor a JSON object") }
                return ["AWS": ["*"]]
            }
            guard let object = value as? [String: Any] else {
                throw PolicySyntaxError("a Principal is neither * nor a JSON object")
            }
            var kinds: [String: [String]] = [:]
            for (kind, names) in object {
                guard ["AWS", "Service", "Federated", "CanonicalUser"].contains(kind) else {
                    throw PolicySyntaxError("a Principal has the unknown kind \(kind)")
                }
                kinds[kind] = try texts(names, of: "Principal")
            }
            return kinds
        }
        if let value = fields["Principal"] {
            if value as? String == "*" { return .everyone }
            return .only(try kinds(value))
        }
        return try fields["NotPrincipal"].map { value throws(PolicySyntaxError) in .allBut(try kinds(value)) }
    }

    private static func conditions(_ value: Any?) throws(PolicySyntaxError) -> [Condition] {
        guard let value else { return [] }
        guard let comparisons = value as? [String: Any] else {
            throw PolicySyntaxError("a Condition is not a JSON object")
        }
        var conditions: [Condition] = []
        for (comparison, keys) in comparisons {
            guard let keys = keys as? [String: Any] else {
                throw PolicySyntaxError("the Condition \(comparison) is not a JSON object")
            }
            for (key, values) in keys {
                let list = values as? [Any] ?? [values]
                conditions.append(Condition(comparison: comparison, key: key, values: list.map { "\($0)" }))
            }
        }
        return conditions.sorted { ($0.comparison, $0.key) < ($1.comparison, $1.key) }
    }
}
