import Foundation
import Recommenders
import Testing

@Suite struct BlendSearchTests {
    @Test func aListGainsByTheRanksOfItsHits() {
        let gain = BlendSearch.gain(of: [7, 1, 8, 2], targets: [1, 2], rewards: [:])
        #expect(abs(gain - (1 / log2(3) + 1 / log2(5)) / (1 + 1 / log2(3))) < 1e-12)
        #expect(BlendSearch.gain(of: [2, 1], targets: [1, 2], rewards: [1: 3, 2: 0.5]) < 1)
        #expect(BlendSearch.gain(of: [1, 2], targets: [1, 2], rewards: [1: 3, 2: 0.5]) == 1)
        #expect(BlendSearch.gain(of: [1], targets: [], rewards: [:]) == 0)
    }

    /// Two lists with the same hits differ when one of them has the next item first.
    @Test func whatComesFirstIsHalfOfWhatAListIsWorth() {
        let (early, late): ([UInt32], [UInt32]) = ([1, 2], [2, 1])
        #expect(
            BlendSearch.gain(of: early, targets: [1, 2], rewards: [:])
                == BlendSearch.gain(of: late, targets: [1, 2], rewards: [:]))
        #expect(BlendSearch.gain(of: early, targets: [1, 2], rewards: [:], first: 1) == 1)
        let second = BlendSearch.gain(of: late, targets: [1, 2], rewards: [:], first: 1)
        #expect(abs(second - (1 + 1 / log2(3)) / 2) < 1e-12)
    }
}
