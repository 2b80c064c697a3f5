package import Datasets

extension SeededGenerator {
    /// The numbers below `count` in random order (Fisher–Yates).
    package mutating func permutation(of count: Int) -> [Int] {
        var order = Array(0..<max(count, 0))
        var last = order.count - 1
        while last > 0 {
            order.swapAt(last, index(below: last + 1))
            last -= 1
        }
        return order
    }
}
