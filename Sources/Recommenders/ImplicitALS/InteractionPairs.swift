/// Which users and items met, each pair once, from both sides.
package struct InteractionPairs: Sendable {
    package let byUser: CompressedRows
    package let byItem: CompressedRows

    /// - Parameters:
    ///   - share: Only this part of every user's events, from the oldest on.
    ///   - users: All when nil; others have empty rows.
    package init(_ histories: UserHistories, itemCount: Int, share: Double = 1, users: [Int]? = nil) {
        let isTaken = users.map(Set.init)
        var offsets = [0]
        var items: [UInt32] = []
        items.reserveCapacity(histories.eventCount)
        for user in 0..<histories.count {
            guard isTaken?.contains(user) ?? true else {
                offsets.append(items.count)
                continue
            }
            let range = Self.range(of: user, in: histories, share: share)
            var last: UInt32?
            for item in histories.items[range].sorted() where item != last {
                items.append(item)
                last = item
            }
            offsets.append(items.count)
        }
        byUser = CompressedRows(offsets: offsets, columns: items)
        byItem = byUser.transposed(columnCount: itemCount)
    }

    /// - Precondition: every column is below `itemCount`.
    package init(byUser: CompressedRows, itemCount: Int) {
        self.byUser = byUser
        byItem = byUser.transposed(columnCount: itemCount)
    }

    static func range(of user: Int, in histories: UserHistories, share: Double) -> Range<Int> {
        let (start, end) = (histories.offsets[user], histories.offsets[user + 1])
        return start..<(start + Int(Double(end - start) * share))
    }
}

/// The positions of the ones of a sparse matrix.
package struct CompressedRows: Sendable {
    package let offsets: [Int]
    package let columns: [UInt32]

    package init(offsets: [Int], columns: [UInt32]) {
        self.offsets = offsets
        self.columns = columns
    }

    package var count: Int { offsets.count - 1 }

    package subscript(row: Int) -> [UInt32] { Array(columns[offsets[row]..<offsets[row + 1]]) }

    /// Counting sort, so rows stay in order within a column.
    func transposed(columnCount: Int) -> CompressedRows {
        var starts = [Int](repeating: 0, count: columnCount + 1)
        for column in columns { starts[Int(column) + 1] += 1 }
        for column in 0..<columnCount { starts[column + 1] += starts[column] }
        var next = starts
        var rows = [UInt32](repeating: 0, count: columns.count)
        for row in 0..<(offsets.count - 1) {
            for column in columns[offsets[row]..<offsets[row + 1]] {
                rows[next[Int(column)]] = UInt32(truncatingIfNeeded: row)
                next[Int(column)] += 1
            }
        }
        return CompressedRows(offsets: starts, columns: rows)
    }
}
