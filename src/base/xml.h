/*
 * A pull reader for the small XML documents that stores answer with: elements
 * and text, in order. Attributes, comments, processing instructions and
 * namespaces are passed over; a document type is refused, so no entity can be
 * declared, and so is what does not end: a document is one element, in which
 * as many close as open (their names are not compared). One pass, no
 * recursion, no copy.
 */
#ifndef BASE_XML_H
#define BASE_XML_H

#include "base/buf.h"

enum xml_event {
	XML_OPEN,  /* an element begins; its name without prefix */
	XML_CLOSE, /* an element ends */
	XML_TEXT,  /* text as it is written: see xml_decode */
	XML_CDATA, /* text as it is meant */
	XML_END,   /* the document is complete */
	XML_BAD,   /* this is not XML; sticks */
};

/* All private. */
struct xml {
	struct view rest;
	struct view empty; /* an element that closes itself */
	size_t depth;      /* elements that are open */
	bool begun;        /* there was one */
	bool bad;
};

void xml_init(struct xml *x, struct view document);

/* The next event, with the name or the text in *value, which borrows from the
 * document. */
enum xml_event xml_next(struct xml *x, struct view *value);

/* Appends text with its references (&lt; &#39; &#x27; ...) resolved to UTF-8.
 * False for a reference that is unknown or no character. */
bool xml_decode(struct view text, struct buf *out);

/* Appends the decoded text of the first element of this name in the document;
 * false, and nothing appended, if there is none or it holds anything but text. */
bool xml_text_of(struct view document, struct view name, struct buf *out);

#endif
