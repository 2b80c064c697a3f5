import LinearAlgebra
import Testing

@Suite struct TopKTests {
    @Test func agreesWithASortThatKeepsEqualScoresInOrder() {
        var random = Random(8)
        for count in [0, 1, 10, 1000] {
            let scores = (0..<count).map { _ in (random.next() * 20).rounded() }
            let expected = scores.indices.sorted {
                scores[$0] == scores[$1] ? $0 < $1 : scores[$0] > scores[$1]
            }
            for length in [0, 1, 7, 1000] {
                #expect(topIndices(of: scores, count: length) == Array(expected.prefix(length)))
            }
        }
    }

    @Test func leavesOutWhatCannotBeRanked() {
        #expect(topIndices(of: [.nan, -.infinity, 1, .infinity], count: 4) == [3, 2])
    }

    @Test func parallelResultsComeInOrder() {
        #expect(Parallel.map(1000, threads: 4) { $0 * 2 } == (0..<1000).map { $0 * 2 })
        #expect(Parallel.map(0) { $0 }.isEmpty)
    }
}
