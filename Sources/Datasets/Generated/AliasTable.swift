/// Draws indices with given weights in constant time (A. J. Walker's alias method, in M. D. Vose's construction, 1991).
struct AliasTable: Sendable {
    private var thresholds: [Double]
    private var aliases: [Int32]

    /// - Precondition: `weights` is not empty and its members are not negative, with a positive sum.
    init(_ weights: [Double]) {
        let count = weights.count
        let scale = Double(count) / weights.reduce(0, +)
        thresholds = weights.map { $0 * scale }
        aliases = Array(0..<Int32(count))
        var small: [Int] = []
        var large: [Int] = []
        for index in 0..<count {
            if thresholds[index] < 1 { small.append(index) } else { large.append(index) }
        }
        while let lesser = small.popLast(), let greater = large.last {
            aliases[lesser] = Int32(greater)
            thresholds[greater] -= 1 - thresholds[lesser]
            if thresholds[greater] < 1 {
                large.removeLast()
                small.append(greater)
            }
        }
        for index in large { thresholds[index] = 1 }
    }

    func draw(_ random: inout SeededGenerator) -> Int {
        let position = random.unit() * Double(thresholds.count)
        let index = min(Int(position), thresholds.count - 1)
        return position - Double(index) < thresholds[index] ? index : Int(aliases[index])
    }
}
