import Foundation
import NIOPosix
import Synchronization

/// The files that hold object bodies. Their names are generated and say nothing of the object's key.
///
/// A body is written under `incoming`, synchronized, and renamed into one of 256 folders under `bodies`. A file is
/// removed only when no row refers to it and no reader holds a ``Lease`` on it.
final class BodyDirectory: Sendable {
    private struct Holdings {
        var leases: [String: Int] = [:]
        /// Removed as soon as the last lease ends.
        var doomed: Set<String> = []
        /// Being removed right now: too late to lease.
        var leaving: Set<String> = []
    }

    let root: String
    private let holdings = Mutex(Holdings())

    /// Opens the directory, creating what is missing. Blocks.
    init(root: String) throws {
        self.root = root
        let files = FileManager.default
        try files.createDirectory(atPath: "\(root)/incoming", withIntermediateDirectories: true)
        for folder in Self.folders {
            try files.createDirectory(atPath: "\(root)/bodies/\(folder)", withIntermediateDirectories: true)
        }
        try FileCalls.synchronizeDirectory("\(root)/bodies")
        try FileCalls.synchronizeDirectory(root)
        try FileCalls.synchronizeDirectory(URL(fileURLWithPath: root).deletingLastPathComponent().path)
    }

    private static let folders = (0...255).map { Hexadecimal.encode([UInt8($0)]) }

    func newName() -> String {
        Hexadecimal.encode((0..<16).map { _ in UInt8.random(in: .min ... .max) })
    }

    func incomingPath(_ name: String) -> String { "\(root)/incoming/\(name)" }
    private func folder(_ name: String) -> String { "\(root)/bodies/\(name.prefix(2))" }
    func path(_ name: String) -> String { "\(folder(name))/\(name)" }

    /// Moves a complete, synchronized file out of `incoming` and makes its new name durable. Blocks.
    func publish(_ name: String) throws(ObjectStorageError) {
        try FileCalls.move(incomingPath(name), to: path(name))
        try FileCalls.synchronizeDirectory(folder(name))
    }

    /// Gives a body a second, independent name without copying it; false if the file system cannot. Blocks.
    func link(_ name: String, as other: String) throws(ObjectStorageError) -> Bool {
        guard FileCalls.hardLink(path(name), to: path(other)) else { return false }
        try FileCalls.synchronizeDirectory(folder(other))
        return true
    }

    /// Removes bodies that no row refers to any more, at once or when their last reader is done.
    func discard(_ names: [String]) async {
        guard !names.isEmpty else { return }
        let free = holdings.withLock { holdings in
            names.filter { name in
                if holdings.leases[name] != nil {
                    holdings.doomed.insert(name)
                    return false
                }
                holdings.leaving.insert(name)
                return true
            }
        }
        try? await onDiskThread { self.removeLeaving(free) }
    }

    private func removeLeaving(_ names: [String]) {
        for name in names { FileCalls.remove(path(name)) }
        holdings.withLock { $0.leaving.subtract(names) }
    }

    /// Keeps bodies readable until the lease is gone; nil when one of them is already on its way out. Blocks.
    func lease(_ names: [String]) -> Lease? {
        let taken = holdings.withLock { holdings in
            guard holdings.leaving.isDisjoint(with: names), holdings.doomed.isDisjoint(with: names) else {
                return false
            }
            for name in names { holdings.leases[name, default: 0] += 1 }
            return true
        }
        guard taken else { return nil }
        let lease = Lease(directory: self, names: names)
        return names.allSatisfy({ FileCalls.exists(path($0)) }) ? lease : nil
    }

    final class Lease: Sendable {
        private let directory: BodyDirectory
        private let names: [String]

        fileprivate init(directory: BodyDirectory, names: [String]) {
            self.directory = directory
            self.names = names
        }

        deinit { directory.endLease(names) }
    }

    private func endLease(_ names: [String]) {
        let free = holdings.withLock { holdings in
            var free: [String] = []
            for name in names {
                let count = (holdings.leases[name] ?? 1) - 1
                holdings.leases[name] = count > 0 ? count : nil
                if count <= 0, holdings.doomed.remove(name) != nil {
                    holdings.leaving.insert(name)
                    free.append(name)
                }
            }
            return free
        }
        guard !free.isEmpty else { return }
        NIOThreadPool.singleton.submit { _ in self.removeLeaving(free) }
    }

    /// Removes what a crash left behind: everything in `incoming`, and every body that is not in `referenced`.
    /// Only while nothing else uses the directory. Blocks. Returns how many files went.
    func sweep(keeping referenced: Set<String>) throws -> Int {
        var removed = 0
        let files = FileManager.default
        for name in try files.contentsOfDirectory(atPath: "\(root)/incoming") {
            FileCalls.remove(incomingPath(name))
            removed += 1
        }
        for folder in Self.folders {
            for name in try files.contentsOfDirectory(atPath: "\(root)/bodies/\(folder)")
            where !referenced.contains(name) {
                FileCalls.remove("\(root)/bodies/\(folder)/\(name)")
                removed += 1
            }
        }
        return removed
    }
}
