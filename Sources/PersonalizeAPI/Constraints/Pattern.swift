import Synchronization

/// A regular expression of the service model, matched against whole strings in time linear in their length.
///
/// The model's patterns are written for an engine that backtracks, and some of them (`arn:…:.*:.*:.+`) let such an
/// engine take cubic time on a string made for it. This one runs all alternatives side by side (K. Thompson, "Regular
/// Expression Search Algorithm", CACM 1968), so no input is expensive. It knows what the model uses: literals, `.`,
/// classes, `\d`, `\w`, `\s`, `\x20`, `\p{…}`, groups, alternatives, `?`, `*`, `+`, `{m,n}`, `^` and `$`.
package struct Pattern: Sendable {
    package let source: String
    private let program: [Instruction]
    private let matched = RecentMatches()

    /// False when `source` uses something this engine does not know; such a pattern matches every string.
    package var isSupported: Bool { !program.isEmpty }

    package init(_ source: String) {
        self.source = source
        var parser = PatternParser(source)
        var program: [Instruction] = []
        if let node = parser.parse(), PatternCompiler.append(node, to: &program) {
            program.append(.match)
        } else {
            program = []
        }
        self.program = program
    }

    enum Instruction: Sendable {
        case scalar(ScalarSet)
        case split(Int, Int)
        case start
        case end
        case match
    }

    /// Whether the whole of `text` matches.
    package func matches(_ text: String) -> Bool {
        guard isSupported, !matched.contains(text) else { return true }
        let matches = isMatch(text)
        if matches { matched.insert(text) }
        return matches
    }

    private func isMatch(_ text: String) -> Bool {
        var current = StateSet(count: program.count)
        var next = StateSet(count: program.count)
        var scalars = text.unicodeScalars.makeIterator()
        var upcoming = scalars.next()
        follow(0, isStart: true, isEnd: upcoming == nil, into: &current)
        while let scalar = upcoming {
            upcoming = scalars.next()
            next.removeAll()
            for state in current.members {
                if case .scalar(let set) = program[state], set.contains(scalar) {
                    follow(state + 1, isStart: false, isEnd: upcoming == nil, into: &next)
                }
            }
            if next.members.isEmpty { return false }
            swap(&current, &next)
        }
        return current.contains(program.count - 1)
    }

    /// Adds every state that can be reached from `state` without reading.
    private func follow(_ state: Int, isStart: Bool, isEnd: Bool, into set: inout StateSet) {
        var pending = [state]
        while let state = pending.popLast() {
            guard set.insert(state) else { continue }
            switch program[state] {
            case .split(let first, let second): pending += [second, first]
            case .start: if isStart { pending.append(state + 1) }
            case .end: if isEnd { pending.append(state + 1) }
            case .scalar, .match: break
            }
        }
    }

    private struct StateSet {
        private(set) var members: [Int] = []
        private var isMember: [Bool]

        init(count: Int) {
            isMember = Array(repeating: false, count: count)
        }

        func contains(_ state: Int) -> Bool { isMember[state] }

        mutating func insert(_ state: Int) -> Bool {
            if isMember[state] { return false }
            isMember[state] = true
            members.append(state)
            return true
        }

        mutating func removeAll() {
            for state in members { isMember[state] = false }
            members.removeAll(keepingCapacity: true)
        }
    }
}

/// Short texts that matched of late: one ARN comes with every request.
private final class RecentMatches: Sendable {
    private static let capacity = 64
    private static let longest = 256

    private let texts = Mutex<Set<String>>([])

    func contains(_ text: String) -> Bool { texts.withLock { !$0.isEmpty && $0.contains(text) } }

    func insert(_ text: String) {
        guard text.utf8.count <= Self.longest else { return }
        texts.withLock { texts in
            if texts.count >= Self.capacity { texts.removeAll(keepingCapacity: true) }
            texts.insert(text)
        }
    }
}
