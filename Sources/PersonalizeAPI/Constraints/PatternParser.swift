/// The syntax tree of a pattern.
indirect enum PatternNode {
    case empty
    case scalar(ScalarSet)
    case start
    case end
    case sequence([PatternNode])
    case alternatives([PatternNode])
    case repeated(PatternNode, min: Int, max: Int?)
}

/// Reads the regular expressions of the service model; nil for what it does not know.
struct PatternParser {
    private let scalars: [Unicode.Scalar]
    private var position = 0

    init(_ source: String) {
        scalars = Array(source.unicodeScalars)
    }

    mutating func parse() -> PatternNode? {
        guard let node = alternatives(), position == scalars.count else { return nil }
        return node
    }

    private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        position += 1
        return true
    }

    private mutating func alternatives() -> PatternNode? {
        var branches: [PatternNode] = []
        repeat {
            var parts: [PatternNode] = []
            while let scalar = next, scalar != "|", scalar != ")" {
                guard let part = quantified() else { return nil }
                parts.append(part)
            }
            branches.append(parts.isEmpty ? .empty : .sequence(parts))
        } while take("|")
        return branches.count == 1 ? branches[0] : .alternatives(branches)
    }

    private mutating func quantified() -> PatternNode? {
        guard var node = atom() else { return nil }
        while let scalar = next {
            switch scalar {
            case "*": node = .repeated(node, min: 0, max: nil)
            case "+": node = .repeated(node, min: 1, max: nil)
            case "?": node = .repeated(node, min: 0, max: 1)
            case "{":
                position += 1
                guard let counted = count(of: node) else { return nil }
                node = counted
                continue
            default: return node
            }
            position += 1
        }
        return node
    }

    /// `3}`, `3,}` or `3,5}`.
    private mutating func count(of node: PatternNode) -> PatternNode? {
        guard let min = number() else { return nil }
        if take("}") { return .repeated(node, min: min, max: min) }
        guard take(",") else { return nil }
        if take("}") { return .repeated(node, min: min, max: nil) }
        guard let max = number(), take("}"), max >= min else { return nil }
        return .repeated(node, min: min, max: max)
    }

    private mutating func number() -> Int? {
        var digits = ""
        while let scalar = next, ("0"..."9").contains(scalar), digits.count < 4 {
            digits.unicodeScalars.append(scalar)
            position += 1
        }
        return Int(digits)
    }

    private mutating func atom() -> PatternNode? {
        guard let scalar = next else { return nil }
        position += 1
        switch scalar {
        case "^": return .start
        case "$": return .end
        case ".": return .scalar(.anyButLineEnd)
        case "(":
            if take("?") { guard take(":") else { return nil } }
            guard let node = alternatives(), take(")") else { return nil }
            return node
        case "[": return characterClass()
        case "\\": return escape().map(PatternNode.scalar)
        case "*", "+", "?", "{": return nil
        default: return .scalar(ScalarSet(scalar))
        }
    }

    private mutating func characterClass() -> PatternNode? {
        var set = ScalarSet()
        let isInverted = take("^")
        while let scalar = next {
            position += 1
            if scalar == "]" {
                set.isInverted = isInverted
                return .scalar(set)
            }
            var lower = ScalarSet(scalar)
            if scalar == "\\" {
                guard let escaped = escape() else { return nil }
                lower = escaped
            } else if scalar == "[" {
                return nil
            }
            guard next == "-", position + 1 < scalars.count, scalars[position + 1] != "]" else {
                set.formUnion(lower)
                continue
            }
            position += 1
            guard let upper = single(), let first = lower.single, first <= upper else { return nil }
            set.insert(first...upper)
        }
        return nil
    }

    /// The upper end of a range.
    private mutating func single() -> Unicode.Scalar? {
        guard let scalar = next else { return nil }
        position += 1
        return scalar == "\\" ? escape()?.single : scalar
    }

    private mutating func escape() -> ScalarSet? {
        guard let scalar = next else { return nil }
        position += 1
        switch scalar {
        case "d": return .digits
        case "w": return .word
        case "s": return .space
        case "n": return ScalarSet("\n")
        case "r": return ScalarSet("\r")
        case "t": return ScalarSet("\t")
        case "x":
            guard position + 2 <= scalars.count else { return nil }
            var digits = ""
            digits.unicodeScalars.append(contentsOf: scalars[position..<position + 2])
            position += 2
            return UInt8(digits, radix: 16).map { ScalarSet(Unicode.Scalar($0)) }
        case "p":
            guard take("{"), let close = scalars[position...].firstIndex(of: "}") else { return nil }
            var name = ""
            name.unicodeScalars.append(contentsOf: scalars[position..<close])
            position = close + 1
            return ScalarSet(property: name)
        default:
            return scalar.properties.isAlphabetic || scalar.properties.numericType != nil ? nil : ScalarSet(scalar)
        }
    }
}

enum PatternCompiler {
    /// A pattern that unrolls to more than this is refused.
    private static let maximumLength = 20_000

    /// Appends the instructions that match `node` and go on with the one after them.
    static func append(_ node: PatternNode, to program: inout [Pattern.Instruction]) -> Bool {
        guard program.count < maximumLength else { return false }
        switch node {
        case .empty: break
        case .scalar(let set): program.append(.scalar(set))
        case .start: program.append(.start)
        case .end: program.append(.end)
        case .sequence(let parts):
            for part in parts { guard append(part, to: &program) else { return false } }
        case .alternatives(let branches):
            var jumps: [Int] = []
            for (index, branch) in branches.enumerated() {
                let isLast = index == branches.count - 1
                let fork = program.count
                if !isLast { program.append(.split(fork + 1, fork + 1)) }
                guard append(branch, to: &program) else { return false }
                if !isLast {
                    jumps.append(program.count)
                    program.append(.split(0, 0))
                    program[fork] = .split(fork + 1, program.count)
                }
            }
            for jump in jumps { program[jump] = .split(program.count, program.count) }
        case .repeated(let part, let min, let max):
            for _ in 0..<min { guard append(part, to: &program) else { return false } }
            guard let max else {
                let fork = program.count
                program.append(.split(0, 0))
                guard append(part, to: &program) else { return false }
                program.append(.split(fork, fork))
                program[fork] = .split(fork + 1, program.count)
                return true
            }
            var forks: [Int] = []
            for _ in min..<max {
                forks.append(program.count)
                program.append(.split(0, 0))
                guard append(part, to: &program) else { return false }
            }
            for fork in forks { program[fork] = .split(fork + 1, program.count) }
        }
        return true
    }
}
