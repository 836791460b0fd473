import Networks
import Testing

@Suite struct ParameterLayoutTests {
    @Test func theArticlesNetwork() {
        let layout = ParameterLayout(layerSizes: [2, 2, 2])
        #expect(layout.count == 12)
        #expect(
            layout.names == [
                "w1_0_0", "w1_0_1", "w1_1_0", "w1_1_1", "b1_0", "b1_1",
                "w2_0_0", "w2_0_1", "w2_1_0", "w2_1_1", "b2_0", "b2_1",
            ]
        )
    }

    @Test func layerByLayerWeightsBeforeBiases() {
        let layout = ParameterLayout(layerSizes: [4, 3, 1])
        #expect(layout.blocks.map(\.layer) == [1, 1, 2, 2])
        #expect(layout.blocks.map(\.kind) == [.weight, .bias, .weight, .bias])
        #expect(layout.blocks.map(\.count) == [12, 3, 3, 1])
        #expect(layout.blocks.map(\.offset) == [0, 12, 15, 18])
        #expect(layout.blocks.map(\.inputs) == [4, 4, 3, 3])
        #expect(layout.blocks.map(\.units) == [3, 3, 1, 1])
        #expect(layout.count == 19)
        // Row by row: from input 1 to unit 2 stands behind the three units of input 0 and two of input 1.
        #expect(layout.names[5] == "w1_1_2")
    }

    @Test func namesAreUniqueAndAsManyAsParameters() {
        for sizes in [[1, 1], [3, 2], [2, 12, 11, 3], [1, 1, 1, 1]] {
            let layout = ParameterLayout(layerSizes: sizes)
            #expect(Set(layout.names).count == layout.count)
            #expect(layout.names.count == layout.count)
        }
    }
}
