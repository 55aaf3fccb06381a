//go:build !purego

#include "go_asm.h"
#include "textflag.h"

DATA backslashes<>+0(SB)/8, $0x5c5c5c5c5c5c5c5c
DATA backslashes<>+8(SB)/8, $0x5c5c5c5c5c5c5c5c
GLOBL backslashes<>(SB), RODATA|NOPTR, $16

DATA controls<>+0(SB)/8, $0x1f1f1f1f1f1f1f1f
DATA controls<>+8(SB)/8, $0x1f1f1f1f1f1f1f1f
GLOBL controls<>(SB), RODATA|NOPTR, $16

DATA quotes<>+0(SB)/8, $0x2222222222222222
DATA quotes<>+8(SB)/8, $0x2222222222222222
GLOBL quotes<>(SB), RODATA|NOPTR, $16

// func copyPlain(dst, src *byte, n int, set *escapeSet) (i int)
TEXT ·copyPlain(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ n+16(FP), CX
	MOVQ set+24(FP), DX
	MOVQ escapeSet_or1(DX), X1
	MOVQ escapeSet_eq1(DX), X2
	MOVQ escapeSet_or2(DX), X3
	MOVQ escapeSet_eq2(DX), X4
	PUNPCKLQDQ X1, X1
	PUNPCKLQDQ X2, X2
	PUNPCKLQDQ X3, X3
	PUNPCKLQDQ X4, X4
	MOVOU backslashes<>(SB), X5
	MOVOU controls<>(SB), X6
	XORQ AX, AX
	SUBQ $16, CX

copyloop:
	CMPQ AX, CX
	JGT copydone
	MOVOU (SI)(AX*1), X0
	MOVOU X0, (DI)(AX*1)
	MOVO X0, X7
	POR X1, X7
	PCMPEQB X2, X7
	MOVO X0, X8
	POR X3, X8
	PCMPEQB X4, X8
	MOVO X0, X9
	PCMPEQB X5, X9
	MOVO X0, X10
	PMINUB X6, X10
	PCMPEQB X0, X10
	POR X7, X8
	POR X9, X10
	POR X0, X8
	POR X8, X10
	PMOVMSKB X10, BX
	TESTL BX, BX
	JNE copyfound
	ADDQ $16, AX
	JMP copyloop

copyfound:
	BSFL BX, BX
	ADDQ BX, AX

copydone:
	MOVQ AX, i+32(FP)
	RET

// func scanText(b *byte, n int) (i int, high int)
TEXT ·scanText(SB), NOSPLIT, $0-32
	MOVQ b+0(FP), SI
	MOVQ n+8(FP), CX
	MOVOU quotes<>(SB), X2
	MOVOU backslashes<>(SB), X5
	MOVOU controls<>(SB), X6
	XORQ AX, AX
	XORQ R8, R8
	SUBQ $16, CX

scanloop:
	CMPQ AX, CX
	JGT scandone
	MOVOU (SI)(AX*1), X0
	MOVO X0, X7
	PCMPEQB X2, X7
	MOVO X0, X9
	PCMPEQB X5, X9
	MOVO X0, X10
	PMINUB X6, X10
	PCMPEQB X0, X10
	POR X7, X9
	POR X9, X10
	PMOVMSKB X10, BX
	PMOVMSKB X0, DX
	TESTL BX, BX
	JNE scanfound
	ORL DX, R8
	ADDQ $16, AX
	JMP scanloop

scanfound:
	BSFL BX, CX
	MOVL $1, R9
	SHLL CX, R9
	DECL R9
	ANDL R9, DX
	ORL DX, R8
	ADDQ CX, AX

scandone:
	MOVQ AX, i+16(FP)
	MOVQ R8, high+24(FP)
	RET
