package main

import (
	"encoding/xml"
	"fmt"
	"strings"
)

// svg is a drawing being written. Colours come from its style, which knows
// light and dark pages; series are told apart by dashes and marks too.
type svg struct{ strings.Builder }

const svgStyle = `<style>
.page { fill: #ffffff }
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-size: 15px; font-weight: 600 }
.grid { stroke: #d8dee4; stroke-width: 1 }
.axis { stroke: #59636e; stroke-width: 1 }
.curve { fill: none; stroke-width: 2.2; stroke-linejoin: round }
.s0 { stroke: #0969da } .s1 { stroke: #6e7781 } .s2 { stroke: #1a7f37 } .s3 { stroke: #cf222e }
.s4 { stroke: #8250df } .s5 { stroke: #bc4c00 } .s6 { stroke: #0b7285 } .s7 { stroke: #a11253 }
.mark { fill: #ffffff; stroke-width: 2 }
@media (prefers-color-scheme: dark) {
.page { fill: #0d1117 }
text { fill: #e6edf3 }
.grid { stroke: #30363d } .axis { stroke: #9198a1 } .mark { fill: #0d1117 }
.s0 { stroke: #58a6ff } .s1 { stroke: #9198a1 } .s2 { stroke: #3fb950 } .s3 { stroke: #ff7b72 }
.s4 { stroke: #bc8cff } .s5 { stroke: #f0883e } .s6 { stroke: #56d4dd } .s7 { stroke: #ff9bce }
}
</style>
`

const svgSeries = 8 // that the style can tell apart

func (s *svg) begin(width, height float64, title string) {
	fmt.Fprintf(s, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f" role="img">`+"\n",
		width, height, width, height)
	fmt.Fprintf(s, "<title>%s</title>\n%s", escaped(title), svgStyle)
	fmt.Fprintf(s, `<rect class="page" width="%.0f" height="%.0f" rx="6"/>`+"\n", width, height)
}

func (s *svg) end() { s.WriteString("</svg>\n") }

func (s *svg) line(class string, x1, y1, x2, y2 float64) {
	fmt.Fprintf(s, `<line class="%s" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/>`+"\n", class, x1, y1, x2, y2)
}

// text is anchored at start, middle or end.
func (s *svg) text(class, anchor string, x, y float64, text string) {
	fmt.Fprintf(s, `<text class="%s" text-anchor="%s" x="%.1f" y="%.1f">%s</text>`+"\n",
		class, anchor, x, y, escaped(text))
}

// upright is a text that is read from below.
func (s *svg) upright(x, y float64, text string) {
	fmt.Fprintf(s, `<text text-anchor="middle" transform="translate(%.1f %.1f) rotate(-90)">%s</text>`+"\n",
		x, y, escaped(text))
}

type point struct{ x, y float64 }

// Even series have no dashes; of four in a row no two have the same mark.
var svgDashes = []string{"", "7 4", "", "2 4", "", "7 4", "", "2 4"}

func (s *svg) curve(series int, points []point) {
	var path strings.Builder
	for i, p := range points {
		fmt.Fprintf(&path, "%c%.1f %.1f", "ML"[min(i, 1)], p.x, p.y)
	}
	fmt.Fprintf(s, `<path class="curve s%d" stroke-dasharray="%s" d="%s"/>`+"\n",
		series%svgSeries, svgDashes[series%svgSeries], path.String())
}

func (s *svg) mark(series int, p point) {
	class := fmt.Sprintf("mark s%d", series%svgSeries)
	switch series % 4 {
	case 0:
		fmt.Fprintf(s, `<circle class="%s" cx="%.1f" cy="%.1f" r="3.6"/>`, class, p.x, p.y)
	case 1:
		fmt.Fprintf(s, `<rect class="%s" x="%.1f" y="%.1f" width="6.6" height="6.6"/>`, class, p.x-3.3, p.y-3.3)
	case 2:
		fmt.Fprintf(s, `<path class="%s" d="M%.1f %.1fl4 4-4 4-4-4z"/>`, class, p.x, p.y-4)
	case 3:
		fmt.Fprintf(s, `<path class="%s" d="M%.1f %.1fl4 7h-8z"/>`, class, p.x, p.y-4.4)
	}
	s.WriteByte('\n')
}

func escaped(text string) string {
	var out strings.Builder
	xml.EscapeText(&out, []byte(text))
	return out.String()
}
