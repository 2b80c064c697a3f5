/// A shape with members that must not reach a log: printing, interpolating and dumping it hide them.
package protocol SensitiveShape: CustomReflectable, CustomStringConvertible, CustomDebugStringConvertible {
    static var sensitiveMembers: Set<String> { get }
}

extension SensitiveShape {
    package var description: String {
        let members = customMirror.children.map { "\($0.label ?? "_"): \($0.value)" }
        return "\(Self.self)(\(members.joined(separator: ", ")))"
    }

    package var debugDescription: String { description }

    func redactedMirror(_ members: [(label: String, value: Any)]) -> Mirror {
        Mirror(
            self,
            children: members.map { member in
                Self.sensitiveMembers.contains(member.label)
                    ? (label: member.label, value: "***" as Any) : (label: member.label, value: member.value)
            }, displayStyle: .struct)
    }
}
