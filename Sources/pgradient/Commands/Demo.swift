import ArgumentParser
struct Demo: AsyncParsableCommand { @OptionGroup var global: GlobalOptions }
